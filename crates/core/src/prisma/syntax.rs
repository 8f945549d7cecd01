//! A Prisma schema as it is written: blocks, fields, attributes, expressions, each with its place.

use std::fmt;

use super::place::Place;

/// One file, or several one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    pub models: Vec<ModelBlock>,
    pub enums: Vec<EnumBlock>,
    pub datasources: Vec<SettingsBlock>,
    pub generators: Vec<SettingsBlock>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelKeyword {
    Model,
    View,
    /// A composite type.
    Type,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ModelBlock {
    pub keyword: ModelKeyword,
    pub name: String,
    pub documentation: Vec<String>,
    pub fields: Vec<FieldLine>,
    /// `@@…`
    pub attributes: Vec<Attribute>,
    pub place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    Required,
    Optional,
    List,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FieldLine {
    pub name: String,
    pub type_name: String,
    /// The type inside of `Unsupported("…")`.
    pub unsupported: Option<String>,
    pub arity: Arity,
    pub documentation: Vec<String>,
    pub attributes: Vec<Attribute>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EnumBlock {
    pub name: String,
    pub documentation: Vec<String>,
    pub values: Vec<EnumLine>,
    pub attributes: Vec<Attribute>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EnumLine {
    pub name: String,
    pub attributes: Vec<Attribute>,
    pub place: Place,
}

/// A datasource or a generator.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingsBlock {
    pub name: String,
    pub settings: Vec<Setting>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub name: String,
    pub value: Expression,
    pub place: Place,
}

/// `@name(arguments)`; the name may be a path: `db.VarChar`.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    pub name: String,
    pub arguments: Vec<Argument>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    pub name: Option<String>,
    pub value: Expression,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    Number(String),
    Text(String),
    /// A name or a path.
    Name(String),
    Call {
        name: String,
        arguments: Vec<Argument>,
    },
    Array(Vec<Expression>),
    Object(Vec<(String, Expression)>),
}

impl Attribute {
    /// The argument of the name, or the one that stands at the place of an unnamed one.
    pub fn argument(&self, name: &str, place: usize) -> Option<&Expression> {
        self.named(name).or_else(|| {
            let mut unnamed = self.arguments.iter().filter(|argument| argument.name.is_none());
            unnamed.nth(place).map(|argument| &argument.value)
        })
    }

    pub fn named(&self, name: &str) -> Option<&Expression> {
        self.arguments.iter().find(|argument| argument.name.as_deref() == Some(name)).map(|argument| &argument.value)
    }
}

impl Expression {
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn word(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The elements of an array; anything else is a list of one.
    pub fn elements(&self) -> &[Expression] {
        match self {
            Self::Array(elements) => elements,
            other => std::slice::from_ref(other),
        }
    }
}

pub(super) fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name == name)
}

impl SettingsBlock {
    pub fn get(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }
}

/// As it is written, on one line.
impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}", self.name)?;
        if self.arguments.is_empty() { Ok(()) } else { list(f, "(", &self.arguments, ")") }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name}: {}", self.value),
            None => write!(f, "{}", self.value),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(text) | Self::Name(text) => f.write_str(text),
            Self::Text(text) => f.write_str(&serde_json::to_string(text).unwrap_or_default()),
            Self::Call { name, arguments } => {
                f.write_str(name)?;
                list(f, "(", arguments, ")")
            }
            Self::Array(elements) => list(f, "[", elements, "]"),
            Self::Object(members) => {
                let members: Vec<String> = members.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                list(f, "{ ", &members, " }")
            }
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, open: &str, parts: &[impl fmt::Display], close: &str) -> fmt::Result {
    f.write_str(open)?;
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            f.write_str(", ")?;
        }
        part.fmt(f)?;
    }
    f.write_str(close)
}
