//! squawk's syntax tree of a text as a flat list: nodes and tokens with their places, whitespace and comments left out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use squawk_parser::{EntryPoint, LexedStr, StrStep, SyntaxKind};

use crate::ir::Span;

/// A node or a token.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: SyntaxKind,
    pub(super) span: Span,
    pub(super) children: Vec<usize>,
    pub(super) parent: Option<usize>,
}

pub(super) struct Tree<'a> {
    pub(super) text: &'a str,
    pub(super) nodes: Vec<Node>,
    /// The grammar took the whole text.
    pub(super) complete: bool,
}

/// None where the parser gave up altogether.
pub(super) fn tree(text: &str, plpgsql: bool) -> Option<Tree<'_>> {
    // The parser promises never to panic; a promise is cheap to insure.
    catch_unwind(AssertUnwindSafe(|| build(text, plpgsql))).ok()
}

fn build(text: &str, plpgsql: bool) -> Tree<'_> {
    let lexed = LexedStr::new(text);
    let entry = if plpgsql { EntryPoint::Plpgsql } else { EntryPoint::SourceFile };
    let output = entry.parse(&lexed.to_input());
    let mut tree = Tree { text, nodes: Vec::new(), complete: true };
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    lexed.intersperse_trivia(&output, &mut |step| match step {
        StrStep::Enter { kind } => {
            let node = tree.add(kind, at..at, open.last().copied());
            open.push(node);
        }
        StrStep::Exit => {
            open.pop();
        }
        StrStep::Token { kind, text } => {
            let span = at..at + text.len();
            at = span.end;
            if matches!(kind, SyntaxKind::WHITESPACE | SyntaxKind::COMMENT) {
                return;
            }
            for node in &open {
                let whole = &mut tree.nodes[*node].span;
                if whole.start >= whole.end {
                    whole.start = span.start;
                }
                whole.end = span.end;
            }
            tree.add(kind, span, open.last().copied());
        }
        StrStep::Error { .. } => tree.complete = false,
    });
    tree
}

impl Tree<'_> {
    fn add(&mut self, kind: SyntaxKind, span: Span, parent: Option<usize>) -> usize {
        let node = self.nodes.len();
        self.nodes.push(Node { kind, span, children: Vec::new(), parent });
        if let Some(parent) = parent {
            self.nodes[parent].children.push(node);
        }
        node
    }

    pub(super) fn kind(&self, node: usize) -> SyntaxKind {
        self.nodes[node].kind
    }

    pub(super) fn text_of(&self, node: usize) -> &str {
        self.text.get(self.nodes[node].span.clone()).unwrap_or("")
    }

    pub(super) fn children(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        self.nodes[node].children.iter().copied()
    }

    pub(super) fn child(&self, node: usize, kind: SyntaxKind) -> Option<usize> {
        self.children(node).find(|child| self.kind(*child) == kind)
    }

    pub(super) fn parent_kind(&self, node: usize) -> Option<SyntaxKind> {
        self.nodes[node].parent.map(|parent| self.kind(parent))
    }

    /// The tokens under a node, in order.
    pub(super) fn tokens(&self, node: usize) -> Vec<usize> {
        // Nodes are in the order of their beginnings.
        let end = self.nodes[node].span.end;
        let after = self.nodes[node..].iter().take_while(|other| other.span.start < end || other.span.is_empty());
        (node..node + after.count())
            .filter(|other| self.nodes[*other].children.is_empty() && !self.nodes[*other].span.is_empty())
            .collect()
    }

    pub(super) fn is_under(&self, node: usize, kinds: &[SyntaxKind]) -> bool {
        std::iter::successors(self.nodes[node].parent, |node| self.nodes[*node].parent)
            .any(|node| kinds.contains(&self.kind(node)))
    }
}
