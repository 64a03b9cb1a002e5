//! What the start screen offers, as whoever opens it gives it: tasks, sessions, models, the sandbox.

use std::path::PathBuf;

use crate::task::OkStatus;

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

/// A session in the list of all.
#[derive(Clone, Debug, Default)]
pub struct LibraryRow {
    /// Its id.
    pub id: String,
    /// Its title, or the name of its task.
    pub task: String,
    /// The best version's gain in words; empty where none is known.
    pub gain: String,
    /// The same as a number, to sort by; 0 where none is known.
    pub size: f64,
    /// When it was written last: `2026-11-29 14:02`.
    pub when: String,
    /// How many rounds.
    pub rounds: usize,
    /// How it stands, in a word.
    pub state: String,
    /// Who answered.
    pub model: String,
    /// All that it can be found by, in small letters.
    pub words: String,
}

/// A line about a model: what it is, and whether it is ready.
#[derive(Clone, Debug)]
pub struct ModelLine {
    /// In words.
    pub text: String,
    /// Whether it can be asked now.
    pub ready: bool,
}

/// A model server that answers on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Who it is: `llama.cpp`.
    pub name: String,
    /// Where it is asked.
    pub base_url: String,
    /// The model that it would be asked for.
    pub model: String,
}

/// What is found out after the first frame, because it takes a while.
#[derive(Clone, Debug)]
pub enum Discovered {
    /// The protections in words, and whether they are strong.
    Sandbox(String, bool),
    /// All sessions.
    Library(Vec<LibraryRow>),
    /// Servers that answer.
    Servers(Vec<Server>),
    /// What came of asking the model that is set up.
    Models(Vec<ModelLine>),
}

/// What is to be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discovery {
    /// Everything that the start screen lacks.
    All,
    /// Whether the model that is set up now is there.
    Model,
}

/// Everything the start screen shows, and which entry is chosen.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// Sessions, newest first.
    pub sessions: Vec<SessionEntry>,
    /// All sessions, once they are read.
    pub library: Option<Vec<LibraryRow>>,
    /// Bundled tasks.
    pub tasks: Vec<TaskEntry>,
    /// Models.
    pub models: Vec<ModelLine>,
    /// Servers that answer on this machine; the first one can be taken with a key.
    pub servers: Vec<Server>,
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
    /// A session to go on with, by id.
    Resume(String),
    /// A session to look into only, by id.
    LookInto(String),
    /// A program of the developer's with its cases.
    Program {
        /// The program, or a folder with a `task.toml`.
        file: PathBuf,
        /// The cases; none where the folder has them.
        cases: Option<PathBuf>,
    },
    /// A function of the developer's.
    Part {
        /// The file.
        file: PathBuf,
        /// What it can be asked for by, as the list of the file's functions has it.
        function: String,
        /// By what it is judged.
        judged: Judged,
    },
}

/// By what a function is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// Calls of it, or of another function of the file.
    Calls {
        /// A file of JSON lines, or `FILE::FUNCTION` that makes them.
        calls: String,
        /// The function that is called, where it is another one.
        of: Option<String>,
    },
    /// Inputs of the program that it is part of.
    Cases {
        /// A folder, or a file of JSON lines.
        path: PathBuf,
        /// Exit statuses that the program may end with, where not only 0.
        ok_status: Option<OkStatus>,
    },
    /// Commands; one of the two at least.
    Commands {
        /// Says whether a version is right.
        check: Option<String>,
        /// Is timed.
        bench: Option<String>,
    },
}

impl Choice {
    /// Its name, to say that it is being opened.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Bundled(name) | Self::Resume(name) | Self::LookInto(name) => name.clone(),
            Self::Part { function, .. } => function.clone(),
            Self::Program { file, .. } => file.file_name().map_or_else(
                || file.display().to_string(),
                |n| n.to_string_lossy().into(),
            ),
        }
    }
}

impl Home {
    /// Takes in what was found out.
    pub fn take(&mut self, late: Discovered) {
        match late {
            Discovered::Sandbox(words, strong) => {
                self.sandbox = words;
                self.sandbox_strong = strong;
            }
            Discovered::Library(library) => self.library = Some(library),
            Discovered::Servers(servers) => self.servers = servers,
            Discovered::Models(models) => self.models = models,
        }
    }

    /// The server that can be taken as the model: one answers, and no model is ready.
    #[must_use]
    pub fn offer(&self) -> Option<&Server> {
        let ready = self.models.iter().any(|m| m.ready);
        self.servers.first().filter(|_| !ready)
    }

    /// Another model was set up: nobody knows yet whether it is there.
    pub fn forget_model(&mut self) {
        self.models = vec![ModelLine {
            text: "looking whether the model that is set up now is there …".into(),
            ready: false,
        }];
    }

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
