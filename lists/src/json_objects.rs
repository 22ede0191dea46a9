//! Objects of JSON, one after the other or in one array, each as a row with a column per key.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::{
    encoding::lines,
    list_error::{ListError, quoted},
    table::{Row, Table},
};

/// Maximum number of keys of an object, and of columns of a list.
pub(crate) const MAX_COLUMNS: usize = 1000;

const TOO_MANY_KEYS: &str = "there are more than 1000 keys";

/// Reads objects. The text begins with a brace or a bracket, after white space.
pub(crate) fn table(text: &str) -> Result<Table, ListError> {
    let mut cursor = Cursor {
        rest: text,
        line: 1,
    };
    cursor.skip_white_space();
    let is_array = cursor.take('[');
    let mut objects = vec![];
    if is_array && cursor.take(']') {
        cursor.end()?;
        return rows(objects);
    }
    while is_array || !cursor.rest.is_empty() {
        let line = cursor.line;
        objects.push((line, cursor.object()?));
        if is_array {
            if cursor.take(']') {
                cursor.end()?;
                break;
            }
            if !cursor.take(',') {
                let cause = "an object of the array is followed by neither a comma nor a bracket";
                return Err(ListError::at(cursor.line, cause));
            }
        }
    }
    rows(objects)
}

/// Text that is still to be read, without white space at its beginning, and its line.
struct Cursor<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Cursor<'t> {
    fn skip_white_space(&mut self) {
        self.rest_is(self.rest.trim_start_matches([' ', '\t', '\r', '\n']));
    }

    /// Goes on to a later part of the text.
    fn rest_is(&mut self, rest: &'t str) {
        let taken = self.rest.len().saturating_sub(rest.len());
        let taken = self.rest.get(..taken).unwrap_or_default();
        self.line += lines(taken).count() - 1;
        self.rest = rest;
    }

    /// Takes a character and the white space after it. False if another one follows.
    fn take(&mut self, letter: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(letter) else {
            return false;
        };
        self.rest = rest;
        self.skip_white_space();
        true
    }

    /// Checks that nothing follows.
    fn end(&self) -> Result<(), ListError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(ListError::at(
            self.line,
            "text follows the end of the array",
        ))
    }

    /// Takes an object and the white space after it.
    fn object(&mut self) -> Result<Vec<(String, Node)>, ListError> {
        let mut stream = serde_json::Deserializer::from_str(self.rest).into_iter::<Node>();
        match stream.next() {
            Some(Ok(Node::Object(object))) => {
                let offset = stream.byte_offset();
                self.rest_is(self.rest.get(offset..).unwrap_or_default());
                self.skip_white_space();
                Ok(object)
            }
            Some(Err(error)) => {
                let line = self.line + error.line().saturating_sub(1);
                let message = error.to_string();
                let cause = message.split(" at line ").next().unwrap_or_default();
                let cause = format!("this is not valid JSON: {cause}");
                Err(ListError::at(line, cause))
            }
            _ => Err(ListError::at(self.line, "this is not an object of a user")
                .with_hint("a list in JSON consists of objects with an id, an email, or both")),
        }
    }
}

fn rows(objects: Vec<(usize, Vec<(String, Node)>)>) -> Result<Table, ListError> {
    let mut table = Table {
        line: objects.first().map_or(1, |(line, _)| *line),
        header: vec![],
        rows: vec![],
        is_positional: false,
    };
    for (line, object) in objects {
        let mut fields = vec![];
        let mut own_columns = vec![];
        for (key, node) in object {
            let known = table.header.iter().position(|name| *name == key);
            let column = known.unwrap_or(table.header.len());
            if known.is_none() {
                if column == MAX_COLUMNS {
                    return Err(ListError::at(line, TOO_MANY_KEYS));
                }
                table.header.push(key);
            }
            own_columns.push(column);
            if fields.len() <= column {
                fields.resize(column + 1, Some(String::new()));
            }
            if let Some(field) = fields.get_mut(column) {
                *field = match node {
                    Node::Text(text) => Some(text),
                    Node::Null => Some(String::new()),
                    Node::Object(_) | Node::Other => None,
                };
            }
        }
        table.rows.push(Row {
            line,
            fields,
            own_columns: Some(own_columns),
        });
    }
    Ok(table)
}

/// A value of JSON, as far as a list needs it. A key that stands twice in an object is an error.
enum Node {
    Text(String),
    Null,
    Object(Vec<(String, Node)>),
    Other,
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Node, A::Error> {
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Node::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut object: Vec<(String, Node)> = vec![];
        while let Some((key, node)) = map.next_entry::<String, Node>()? {
            if object.len() == MAX_COLUMNS {
                return Err(A::Error::custom(TOO_MANY_KEYS));
            }
            if object.iter().any(|(known, _)| *known == key) {
                let cause = format!("the key {} stands twice", quoted(&key));
                return Err(A::Error::custom(cause));
            }
            object.push((key, node));
        }
        Ok(Node::Object(object))
    }
}
