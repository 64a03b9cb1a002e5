//! The system calls that get an answer of their own, in tables, with the reason why.

use libc::c_long;

use crate::sandbox::AttemptKind::{self, Clock, Processes, System};

/// Calls that look as if the kernel did not have them, so that runtimes fall back to older ways.
pub(crate) const ABSENT: &[c_long] = &[
    libc::SYS_clone3,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    447, // memfd_secret: memory that nobody can count
    // What would tell a run which files, or names of files, an earlier run has read.
    libc::SYS_openat2, // RESOLVE_CACHED
    libc::SYS_mincore,
    451, // cachestat
    libc::SYS_io_setup,
    libc::SYS_io_submit,
];

/// Writes of extended attributes, which the next run could read from the same file. Many file systems have none, so
/// programs go on without.
pub(crate) const UNSUPPORTED: &[c_long] = &[
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    463, // setxattrat
    466, // removexattrat
    469, // file_setattr
];

/// Calls that set the mode or the times of a file, which Landlock does not mediate: without namespaces they would work on
/// every file of the user. There init makes the change itself, in the run's own folder only.
#[cfg(target_arch = "x86_64")]
pub(crate) const OWN_FILES_ONLY: &[c_long] = &[
    libc::SYS_chmod,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    FCHMODAT2,
    libc::SYS_utimensat,
];
/// As above; this machine has fewer of them.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) const OWN_FILES_ONLY: &[c_long] = &[
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    FCHMODAT2,
    libc::SYS_utimensat,
];

/// `fchmodat2`, since 6.6.
pub(crate) const FCHMODAT2: c_long = 452;

/// Calls of the same kind that nothing needs.
#[cfg(target_arch = "x86_64")]
pub(crate) const ON_FILES_OF_OTHERS: &[c_long] = &[
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
];
/// As above; this machine has fewer of them.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) const ON_FILES_OF_OTHERS: &[c_long] = &[libc::SYS_fchown, libc::SYS_fchownat];

/// Reads of extended attributes, which Landlock does not mediate.
pub(crate) const NOTES_OF_OTHERS: &[c_long] = &[
    libc::SYS_getxattr,
    libc::SYS_lgetxattr,
    libc::SYS_fgetxattr,
    libc::SYS_listxattr,
    libc::SYS_llistxattr,
    libc::SYS_flistxattr,
    464, // getxattrat
    465, // listxattrat
];

/// Requests of `ioctl` that set flags, labels and seals of files have one of these letters in their second byte.
pub(crate) const FILE_FLAGS: [u32; 4] = [0x6600, 0x5800, 0x7600, 0x9400];

/// Calls that seem to succeed and do nothing: a guest has no reason to flush this machine's disks.
pub(crate) const PRETENDED: &[c_long] =
    &[libc::SYS_sync, libc::SYS_syncfs, libc::SYS_sync_file_range];

/// Memory that belongs to no process: where no cgroup counts it, there must be none.
pub(crate) const UNCOUNTED: &[c_long] = &[libc::SYS_memfd_create, libc::SYS_shmget];

/// System V and POSIX message queues, semaphores and shared memory, where no IPC namespace separates guests from other
/// processes. Even attaching is refused, since identifiers can be guessed.
pub(crate) const SHARED: &[c_long] = &[
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
];

/// Calls that are refused whatever their arguments: number, name, what the attempt is after.
pub(crate) const REFUSED: &[(c_long, &str, AttemptKind)] = &[
    (libc::SYS_ptrace, "ptrace", Processes),
    (libc::SYS_process_vm_readv, "process_vm_readv", Processes),
    (libc::SYS_process_vm_writev, "process_vm_writev", Processes),
    (libc::SYS_pidfd_getfd, "pidfd_getfd", Processes),
    (libc::SYS_kcmp, "kcmp", Processes),
    (libc::SYS_mount, "mount", System),
    (libc::SYS_umount2, "umount2", System),
    (libc::SYS_pivot_root, "pivot_root", System),
    (libc::SYS_chroot, "chroot", System),
    (libc::SYS_open_tree, "open_tree", System),
    (libc::SYS_move_mount, "move_mount", System),
    (libc::SYS_fsopen, "fsopen", System),
    (libc::SYS_fsconfig, "fsconfig", System),
    (libc::SYS_fsmount, "fsmount", System),
    (libc::SYS_fspick, "fspick", System),
    (libc::SYS_mount_setattr, "mount_setattr", System),
    (libc::SYS_setns, "setns", System),
    (libc::SYS_unshare, "unshare", System),
    (libc::SYS_open_by_handle_at, "open_by_handle_at", System),
    (libc::SYS_fanotify_init, "fanotify_init", System),
    (libc::SYS_quotactl, "quotactl", System),
    (443, "quotactl_fd", System),
    (libc::SYS_swapon, "swapon", System),
    (libc::SYS_swapoff, "swapoff", System),
    (libc::SYS_bpf, "bpf", System),
    (libc::SYS_perf_event_open, "perf_event_open", System),
    (libc::SYS_userfaultfd, "userfaultfd", System),
    (libc::SYS_keyctl, "keyctl", System),
    (libc::SYS_add_key, "add_key", System),
    (libc::SYS_request_key, "request_key", System),
    (libc::SYS_init_module, "init_module", System),
    (libc::SYS_finit_module, "finit_module", System),
    (libc::SYS_delete_module, "delete_module", System),
    (libc::SYS_kexec_load, "kexec_load", System),
    (libc::SYS_reboot, "reboot", System),
    (libc::SYS_syslog, "syslog", System),
    (libc::SYS_acct, "acct", System),
    (libc::SYS_vhangup, "vhangup", System),
    (libc::SYS_sethostname, "sethostname", System),
    (libc::SYS_setdomainname, "setdomainname", System),
    (libc::SYS_settimeofday, "settimeofday", Clock),
    (libc::SYS_clock_settime, "clock_settime", Clock),
    (libc::SYS_clock_adjtime, "clock_adjtime", Clock),
    (libc::SYS_adjtimex, "adjtimex", Clock),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_kexec_file_load, "kexec_file_load", System),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_iopl, "iopl", System),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_ioperm, "ioperm", System),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_modify_ldt, "modify_ldt", System),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_uselib, "uselib", System),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_sysfs, "sysfs", System),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_ustat, "ustat", System),
];

/// Calls that are refused without being noted: runtimes and libraries try them and go on without.
pub(crate) const QUIETLY: &[c_long] = &[
    libc::SYS_process_madvise,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    libc::SYS_name_to_handle_at,
];

/// Calls that change how another process is scheduled, and which argument names it.
pub(crate) const OF_OTHERS: &[(c_long, u32)] = &[
    (libc::SYS_sched_setscheduler, 0),
    (libc::SYS_sched_setparam, 0),
    (libc::SYS_sched_setattr, 0),
    (libc::SYS_sched_setaffinity, 0),
];

/// Calls that do the same to a process, a group or a whole user: their first argument says which, their second whose.
/// With each the value that means one process.
pub(crate) const OF_MANY: &[(c_long, u32)] =
    &[(libc::SYS_setpriority, 0), (libc::SYS_ioprio_set, 1)];

/// Calls that open a file by its name; the second, where there is one, takes no folder.
#[cfg(target_arch = "x86_64")]
pub(crate) const OPENING: &[c_long] = &[libc::SYS_openat, libc::SYS_open];
/// Calls that open a file by its name.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) const OPENING: &[c_long] = &[libc::SYS_openat];

/// Flags of an open that empties a file although it is not opened for writing: with these bits kept, one of these is left.
pub(crate) const EMPTYING: (u32, [u32; 2]) = (
    (libc::O_TRUNC | libc::O_ACCMODE) as u32,
    [
        libc::O_TRUNC as u32,
        (libc::O_TRUNC | libc::O_ACCMODE) as u32,
    ],
);

/// Calls that give a file its mode, and which argument that is.
#[cfg(target_arch = "x86_64")]
pub(crate) const SETTING_MODES: &[(c_long, u32)] = &[
    (libc::SYS_chmod, 1),
    (libc::SYS_fchmod, 1),
    (libc::SYS_fchmodat, 2),
    (FCHMODAT2, 2),
    (libc::SYS_creat, 1),
    (libc::SYS_mknod, 1),
    (libc::SYS_mknodat, 2),
];
/// As above; this machine has fewer of them.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) const SETTING_MODES: &[(c_long, u32)] = &[
    (libc::SYS_fchmod, 1),
    (libc::SYS_fchmodat, 2),
    (FCHMODAT2, 2),
    (libc::SYS_mknodat, 2),
];

/// Set-user-id and set-group-id bits of a mode.
pub(crate) const USER_ID_BITS: u32 = 0o6000;

/// Flags of an open that makes a file: `O_CREAT`, and what of `O_TMPFILE` is not `O_DIRECTORY`.
pub(crate) const MAKING: u32 = (libc::O_CREAT | (libc::O_TMPFILE & !libc::O_DIRECTORY)) as u32;

/// Requests of `fcntl` that lock a file: `F_SETLK`, `F_SETLKW`, `F_OFD_SETLK`, `F_OFD_SETLKW`, `F_SETLEASE`.
pub(crate) const LOCKING: [u32; 5] = [6, 7, 37, 38, 1024];

/// Requests of `fcntl` that leave a hint on the file itself: `F_SET_RW_HINT`, `F_SET_FILE_RW_HINT`.
pub(crate) const HINTING: [u32; 2] = [1036, 1038];

/// Advice about memory that throws what files hold out of it: `MADV_COLD`, `MADV_PAGEOUT`.
pub(crate) const FORGETTING: [u32; 2] = [20, 21];

/// The same about files: `POSIX_FADV_DONTNEED`, `POSIX_FADV_NOREUSE`.
pub(crate) const FORGETTING_FILES: [u32; 2] = [4, 5];

/// Flags of a read that tell whether the bytes are in memory, or throw them out: `RWF_NOWAIT`, `RWF_DONTCACHE`.
pub(crate) const OF_THE_CACHE: u32 = 0x8 | 0x80;

/// Any of these makes a `clone` one that wants new namespaces.
pub(crate) const NEW_NAMESPACES: u32 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP) as u32;

/// The internet's families of sockets.
pub(crate) const INTERNET: [i32; 2] = [libc::AF_INET, libc::AF_INET6];

/// Requests by which a terminal can be made to type for the guest.
pub(crate) const TERMINAL_INJECTION: [u32; 2] = [0x5412, 0x541c];
