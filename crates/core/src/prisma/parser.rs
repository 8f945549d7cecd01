//! Reads the text of a Prisma schema. Stops at the first thing that is wrong, and says what was expected there.

use super::lexer::{Token, TokenKind, tokens};
use super::place::{Place, PrismaError};
use super::syntax::{
    Argument, Arity, Attribute, Document, EnumBlock, EnumLine, Expression, FieldLine, ModelBlock, ModelKeyword,
    Setting, SettingsBlock,
};

/// How deep expressions may nest: more is no schema, and would only use up the stack.
const DEPTH: usize = 64;

/// Reads one file into the document.
pub fn parse(file: &str, text: &str, document: &mut Document) -> Result<(), PrismaError> {
    let mut parser = Parser { tokens: tokens(file, text)?, next: 0 };
    loop {
        let documentation = parser.documentation();
        let token = parser.take();
        let keyword = match &token.kind {
            TokenKind::End => return Ok(()),
            TokenKind::Word(word) => word.clone(),
            _ => return Err(wrong(&token, BLOCKS)),
        };
        let model = match keyword.as_str() {
            "model" => Some(ModelKeyword::Model),
            "view" => Some(ModelKeyword::View),
            "type" => Some(ModelKeyword::Type),
            "enum" | "datasource" | "generator" => None,
            _ => return Err(wrong(&token, BLOCKS)),
        };
        let (name, place) = parser.word("the block's name")?;
        parser.mark('{', "`{`")?;
        match (model, keyword.as_str()) {
            (Some(keyword), _) => document.models.push(parser.model(keyword, name, documentation, place)?),
            (None, "enum") => document.enums.push(parser.enumeration(name, documentation, place)?),
            (None, "datasource") => document.datasources.push(parser.settings(name, place)?),
            (None, _) => document.generators.push(parser.settings(name, place)?),
        }
    }
}

const BLOCKS: &str = "model, enum, type, view, datasource or generator";

fn wrong(token: &Token, expected: &str) -> PrismaError {
    PrismaError::Syntax { place: token.place.clone(), expected: expected.to_owned(), found: token.kind.to_string() }
}

struct Parser {
    /// Ends with `End`, which is never passed.
    tokens: Vec<Token>,
    next: usize,
}

impl Parser {
    fn peek(&self) -> &TokenKind {
        &self.tokens[self.next].kind
    }

    fn token(&self) -> &Token {
        &self.tokens[self.next]
    }

    fn take(&mut self) -> Token {
        let token = self.tokens[self.next].clone();
        if token.kind != TokenKind::End {
            self.next += 1;
        }
        token
    }

    fn take_mark(&mut self, mark: char) -> bool {
        let there = *self.peek() == TokenKind::Mark(mark);
        if there {
            self.take();
        }
        there
    }

    fn mark(&mut self, mark: char, expected: &str) -> Result<(), PrismaError> {
        if self.take_mark(mark) { Ok(()) } else { Err(wrong(self.token(), expected)) }
    }

    fn word(&mut self, expected: &str) -> Result<(String, Place), PrismaError> {
        let token = self.take();
        match token.kind {
            // Names may begin with digits.
            TokenKind::Word(word) => Ok((word, token.place)),
            _ => Err(wrong(&token, expected)),
        }
    }

    /// Passes over line ends.
    fn documentation(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            match self.peek() {
                // An empty line cuts a comment off from what follows.
                TokenKind::LineEnd => {
                    self.take();
                    if *self.peek() == TokenKind::LineEnd {
                        lines.clear();
                    }
                }
                TokenKind::Documentation(line) => {
                    lines.push(line.clone());
                    self.take();
                }
                _ => return lines,
            }
        }
    }

    fn pass_lines(&mut self) {
        while matches!(self.peek(), TokenKind::LineEnd | TokenKind::Documentation(_)) {
            self.take();
        }
    }

    /// The end of a line of a block: `}` may stand on the same one.
    fn line_end(&mut self, expected: &str) -> Result<(), PrismaError> {
        match self.peek() {
            TokenKind::LineEnd | TokenKind::Documentation(_) | TokenKind::Mark('}') => Ok(()),
            _ => Err(wrong(self.token(), expected)),
        }
    }

    fn model(
        &mut self,
        keyword: ModelKeyword,
        name: String,
        documentation: Vec<String>,
        place: Place,
    ) -> Result<ModelBlock, PrismaError> {
        let mut block = ModelBlock { keyword, name, documentation, fields: Vec::new(), attributes: Vec::new(), place };
        loop {
            let documentation = self.documentation();
            if self.take_mark('}') {
                return Ok(block);
            }
            match self.peek() {
                TokenKind::DoubleAt => block.attributes.push(self.attribute(0)?),
                TokenKind::Word(_) => block.fields.push(self.field(documentation)?),
                _ => return Err(wrong(self.token(), "a field, `@@` or `}`")),
            }
            self.line_end("an attribute or the end of the line")?;
        }
    }

    fn field(&mut self, documentation: Vec<String>) -> Result<FieldLine, PrismaError> {
        let (name, place) = self.word("a field's name")?;
        // `name: Type` was Prisma 1's way.
        let (type_name, type_place) = self.word(&format!("the type of field `{name}`"))?;
        let mut unsupported = None;
        if type_name == "Unsupported" {
            self.mark('(', "`(\"type\")`")?;
            let token = self.take();
            let TokenKind::Text(text) = token.kind else { return Err(wrong(&token, "the type in quotes")) };
            unsupported = Some(text);
            self.mark(')', "`)`")?;
        } else if *self.peek() == TokenKind::Mark('(') {
            let expected = format!("`?`, `[]` or an attribute after type `{type_name}`");
            return Err(PrismaError::Syntax { place: type_place, expected, found: "`(`".to_owned() });
        }
        let mut arity = Arity::Required;
        if self.take_mark('[') {
            self.mark(']', "`]`")?;
            arity = Arity::List;
            if *self.peek() == TokenKind::Mark('?') {
                return Err(wrong(self.token(), "a list without `?`: a list is empty, never absent"));
            }
        } else if self.take_mark('?') {
            arity = Arity::Optional;
        }
        let mut attributes = Vec::new();
        while *self.peek() == TokenKind::At {
            attributes.push(self.attribute(0)?);
        }
        Ok(FieldLine { name, type_name, unsupported, arity, documentation, attributes, place })
    }

    fn enumeration(
        &mut self,
        name: String,
        documentation: Vec<String>,
        place: Place,
    ) -> Result<EnumBlock, PrismaError> {
        let mut block = EnumBlock { name, documentation, values: Vec::new(), attributes: Vec::new(), place };
        loop {
            self.documentation();
            if self.take_mark('}') {
                return Ok(block);
            }
            if *self.peek() == TokenKind::DoubleAt {
                block.attributes.push(self.attribute(0)?);
            } else {
                let token = self.take();
                let (TokenKind::Word(name) | TokenKind::Number(name)) = token.kind else {
                    return Err(wrong(&token, "a value, `@@` or `}`"));
                };
                let mut attributes = Vec::new();
                while *self.peek() == TokenKind::At {
                    attributes.push(self.attribute(0)?);
                }
                block.values.push(EnumLine { name, attributes, place: token.place });
            }
            self.line_end("an attribute or the end of the line")?;
        }
    }

    fn settings(&mut self, name: String, place: Place) -> Result<SettingsBlock, PrismaError> {
        let mut block = SettingsBlock { name, settings: Vec::new(), place };
        loop {
            self.documentation();
            if self.take_mark('}') {
                return Ok(block);
            }
            let (name, place) = self.word("a setting or `}`")?;
            self.mark('=', &format!("`=` after `{name}`"))?;
            let value = self.expression(0)?;
            block.settings.push(Setting { name, value, place });
            self.line_end("the end of the line")?;
        }
    }

    /// From its `@` or `@@` on.
    fn attribute(&mut self, depth: usize) -> Result<Attribute, PrismaError> {
        let place = self.take().place;
        let (name, _) = self.path("the attribute's name")?;
        let arguments = if self.take_mark('(') { self.arguments(depth)? } else { Vec::new() };
        Ok(Attribute { name, arguments, place })
    }

    fn path(&mut self, expected: &str) -> Result<(String, Place), PrismaError> {
        let (mut name, place) = self.word(expected)?;
        while self.take_mark('.') {
            name.push('.');
            name.push_str(&self.word("a name after `.`")?.0);
        }
        Ok((name, place))
    }

    /// After `(`, up to and with `)`.
    fn arguments(&mut self, depth: usize) -> Result<Vec<Argument>, PrismaError> {
        let mut found = Vec::new();
        loop {
            self.pass_lines();
            if self.take_mark(')') {
                return Ok(found);
            }
            let place = self.token().place.clone();
            let named = matches!(self.peek(), TokenKind::Word(_))
                && self.tokens.get(self.next + 1).is_some_and(|token| token.kind == TokenKind::Mark(':'));
            let name = if named {
                let (name, _) = self.word("a name")?;
                self.take();
                self.pass_lines();
                Some(name)
            } else {
                None
            };
            let value = self.expression(depth + 1)?;
            found.push(Argument { name, value, place });
            self.separator(')')?;
        }
    }

    /// `,`, or the closing mark, which is left.
    fn separator(&mut self, close: char) -> Result<(), PrismaError> {
        self.pass_lines();
        if self.take_mark(',') || *self.peek() == TokenKind::Mark(close) {
            return Ok(());
        }
        Err(wrong(self.token(), &format!("`,` or `{close}`")))
    }

    fn expression(&mut self, depth: usize) -> Result<Expression, PrismaError> {
        if depth > DEPTH {
            return Err(wrong(self.token(), "an expression that nests less deeply"));
        }
        let token = self.take();
        Ok(match token.kind {
            TokenKind::Number(number) => Expression::Number(number),
            TokenKind::Text(text) => Expression::Text(text),
            TokenKind::Mark('[') => {
                let mut elements = Vec::new();
                loop {
                    self.pass_lines();
                    if self.take_mark(']') {
                        return Ok(Expression::Array(elements));
                    }
                    elements.push(self.expression(depth + 1)?);
                    self.separator(']')?;
                }
            }
            TokenKind::Mark('{') => {
                let mut members = Vec::new();
                loop {
                    self.pass_lines();
                    if self.take_mark('}') {
                        return Ok(Expression::Object(members));
                    }
                    let (name, _) = self.word("a name or `}`")?;
                    self.mark(':', &format!("`:` after `{name}`"))?;
                    self.pass_lines();
                    members.push((name, self.expression(depth + 1)?));
                    self.separator('}')?;
                }
            }
            TokenKind::Word(_) => {
                self.next -= 1;
                let (name, _) = self.path("a name")?;
                if self.take_mark('(') {
                    Expression::Call { name, arguments: self.arguments(depth + 1)? }
                } else {
                    Expression::Name(name)
                }
            }
            _ => return Err(wrong(&token, "a value")),
        })
    }
}
