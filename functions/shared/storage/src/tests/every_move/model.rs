//! What a podcast is to its workers and its owner, and what each move of theirs must do.

/// Worker 0 or worker 1.
pub(super) type Worker = usize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Row {
    Pending,
    Held { by: Worker, expired: bool },
    Completed,
    Failed,
    Gone,
}

/// What the model knows of a state: the row, and which workers believe they hold a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) row: Row,
    pub(super) believes: [bool; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    Claim(Worker),
    Extend(Worker),
    Progress(Worker),
    Checkpoint(Worker),
    Complete(Worker),
    Fail(Worker),
    Release(Worker),
    RetryLater(Worker),
    Expire,
    Delete,
    Regenerate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Busy,
    Nothing,
    LeaseLost,
    Running,
    NotFound,
}

pub(super) fn moves() -> Vec<Move> {
    use Move::*;
    let by_worker = [
        Claim, Extend, Progress, Checkpoint, Complete, Fail, Release, RetryLater,
    ];
    let workers = by_worker.into_iter().flat_map(|make| [make(0), make(1)]);
    workers.chain([Expire, Delete, Regenerate]).collect()
}

/// What must come of `step` in `state`; nothing for a worker that never had a lease to write with.
pub(super) fn expected(state: State, step: Move) -> Option<(Outcome, State)> {
    use Move::*;
    let becomes = |row| Some((Outcome::Done, State { row, ..state }));
    let stays = |outcome| Some((outcome, state));
    match step {
        Claim(worker) => match state.row {
            Row::Held { expired: false, .. } => stays(Outcome::Busy),
            Row::Pending | Row::Held { .. } => {
                let mut believes = state.believes;
                believes[worker] = true;
                let row = Row::Held {
                    by: worker,
                    expired: false,
                };
                Some((Outcome::Done, State { row, believes }))
            }
            Row::Completed | Row::Failed | Row::Gone => stays(Outcome::Nothing),
        },
        Expire => match state.row {
            Row::Held { by, .. } => becomes(Row::Held { by, expired: true }),
            _ => stays(Outcome::Done),
        },
        Delete if state.row == Row::Gone => stays(Outcome::NotFound),
        Delete => becomes(Row::Gone),
        Regenerate => match state.row {
            Row::Gone => stays(Outcome::NotFound),
            Row::Completed | Row::Failed => becomes(Row::Pending),
            Row::Pending | Row::Held { .. } => stays(Outcome::Running),
        },
        Extend(worker) | Progress(worker) | Checkpoint(worker) | Complete(worker)
        | Fail(worker) | Release(worker) | RetryLater(worker) => match state.row {
            _ if !state.believes[worker] => None,
            Row::Held { by, expired } if by == worker => becomes(match step {
                Extend(_) => Row::Held { by, expired: false },
                Complete(_) => Row::Completed,
                Fail(_) => Row::Failed,
                Release(_) | RetryLater(_) => Row::Pending,
                _ => Row::Held { by, expired },
            }),
            _ => stays(Outcome::LeaseLost),
        },
    }
}
