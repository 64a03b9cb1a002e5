//! Parts of panes that keys and clicks are about.

/// Something on the screen that opens and closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// An unchanged stretch of the diff: the part that it hides.
    Part(usize),
    /// The reasoning of the reply.
    Reasoning,
    /// One of several replies: a click chooses it.
    Reply(u32),
}

/// What the cases are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaseOrder {
    /// Their own order, that of the task.
    #[default]
    Own,
    /// Those that fail first.
    Verdict,
    /// Most CPU time first.
    Cpu,
    /// Most memory first.
    Peak,
    /// Most wall-clock time first.
    Wall,
}
