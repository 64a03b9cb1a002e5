//! What the start screen offers, as whoever opens it gives it: tasks, sessions, models, the sandbox.

/// A bundled task.
#[derive(Clone, Debug)]
pub struct TaskEntry {
    /// Short name.
    pub name: String,
    /// One line.
    pub title: String,
    /// Name of the language.
    pub language: String,
    /// What kind of improvement hides in it.
    pub kind: String,
    /// Or why it cannot be opened on this machine.
    pub available: Result<(), String>,
}

/// A session that can be gone on with.
#[derive(Clone, Debug)]
pub struct SessionEntry {
    /// Its id.
    pub id: String,
    /// Name of its task.
    pub task: String,
    /// Best gain in words: `4.21× time`.
    pub gain: String,
    /// When, in words: `2 minutes ago`.
    pub when: String,
    /// How far it has come, in words: `v5 ★ · 5 rounds`.
    pub state: String,
}

/// A line about a model: what it is, and whether it is ready.
#[derive(Clone, Debug)]
pub struct ModelLine {
    /// In words.
    pub text: String,
    /// Whether it can be asked now.
    pub ready: bool,
}

/// Everything the start screen shows, and which entry is chosen.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// Sessions, newest first.
    pub sessions: Vec<SessionEntry>,
    /// Bundled tasks.
    pub tasks: Vec<TaskEntry>,
    /// Models.
    pub models: Vec<ModelLine>,
    /// Protections in words: `isolated: user, mount, pid, …`.
    pub sandbox: String,
    /// Whether the protections are strong.
    pub sandbox_strong: bool,
    /// The chosen entry: sessions first, then tasks.
    pub cursor: usize,
    /// Name of what is being opened.
    pub opening: Option<String>,
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A bundled task, by name.
    Bundled(String),
    /// A session, by id.
    Resume(String),
}

impl Home {
    /// Entries in all.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.sessions.len() + self.tasks.len()
    }

    /// Moves the choice.
    pub fn step(&mut self, by: isize) {
        let last = self.entries().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }

    /// What the chosen entry stands for.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub fn chosen(&self) -> Result<Choice, String> {
        if let Some(session) = self.sessions.get(self.cursor) {
            return Ok(Choice::Resume(session.id.clone()));
        }
        match self
            .tasks
            .get(self.cursor - self.sessions.len().min(self.cursor))
        {
            Some(task) => match &task.available {
                Ok(()) => Ok(Choice::Bundled(task.name.clone())),
                Err(why) => Err(format!("{} cannot be opened here: {why}", task.name)),
            },
            None => Err("there is nothing to open".into()),
        }
    }
}
