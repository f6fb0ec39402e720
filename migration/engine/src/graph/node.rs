//! One revision, as it goes into the graph.

/// A revision's name and what it says of its place in the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Its full name.
    pub name: String,
    /// Names of the revisions directly before it: one, several for a merge, none for a root.
    pub parents: Vec<String>,
    /// Names of revisions that have to be applied earlier without being its parents.
    pub depends_on: Vec<String>,
    /// The area it belongs to.
    pub area: Option<String>,
    /// Names of the revisions that it stands in place of.
    pub replaces: Vec<String>,
}

impl Node {
    /// A revision that starts a history.
    pub fn root(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// A revision after others. For "the revision listed before it", hand in the previous name as an `Option`: the first
    /// of a list then becomes a root.
    pub fn following<P: Into<String>>(name: impl Into<String>, parents: impl IntoIterator<Item = P>) -> Self {
        Self { parents: parents.into_iter().map(Into::into).collect(), ..Self::root(name) }
    }

    /// Adds revisions that have to be applied earlier.
    #[must_use]
    pub fn depends_on<D: Into<String>>(mut self, revisions: impl IntoIterator<Item = D>) -> Self {
        self.depends_on.extend(revisions.into_iter().map(Into::into));
        self
    }

    /// Says in place of which revisions it stands.
    #[must_use]
    pub fn replaces<R: Into<String>>(mut self, revisions: impl IntoIterator<Item = R>) -> Self {
        self.replaces.extend(revisions.into_iter().map(Into::into));
        self
    }

    /// Puts it into an area.
    #[must_use]
    pub fn area(mut self, area: impl Into<String>) -> Self {
        self.area = Some(area.into());
        self
    }
}
