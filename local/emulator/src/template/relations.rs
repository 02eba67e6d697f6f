//! What must hold between the parts of a template. AWS refuses a stack in which one of these does not.
use std::path::Path;

use super::{
    Destination, Draft, DraftRoute, Function, Mapping, Queue, Refusal, Template,
    scope::IMPLICIT_API,
};

/// Makes the template of its parts, or refuses it.
pub(super) fn check(mut draft: Draft, file: &Path) -> Result<Template, Refusal> {
    let refuse = |line: usize, reason: String| Refusal::at(file, line, reason);
    names(&draft).map_err(|(line, reason)| refuse(line, reason))?;
    one_api(&draft).map_err(|(line, reason)| refuse(line, reason))?;
    routes(&draft.routes).map_err(|(line, reason)| refuse(line, reason))?;
    for DraftRoute { route, auth, .. } in &mut draft.routes {
        route.authorization = draft
            .api
            .auth
            .of_route(route, auth.as_ref())
            .map_err(|(line, reason)| refuse(line, reason))?;
    }
    for (line, queue) in &draft.queues {
        dead_letters(queue, &draft.queues).map_err(|reason| refuse(*line, reason))?;
    }
    for (line, destination) in &draft.destinations {
        exists(destination, &draft).map_err(|reason| refuse(*line, reason))?;
    }
    for (line, mapping) in &draft.mappings {
        visibility(mapping, &draft).map_err(|reason| refuse(*line, reason))?;
    }
    Ok(Template {
        functions: values(draft.functions),
        routes: draft.routes.into_iter().map(|draft| draft.route).collect(),
        authorizers: draft.api.auth.into_authorizers(),
        stage: draft.api.stage,
        cors: draft.api.cors,
        queues: values(draft.queues),
        mappings: values(draft.mappings),
        schedules: draft.schedules,
        without_effect: draft.without_effect,
    })
}

fn values<T>(located: Vec<(usize, T)>) -> Vec<T> {
    located.into_iter().map(|(_, value)| value).collect()
}

fn names(draft: &Draft) -> Result<(), (usize, String)> {
    for (index, (line, function)) in draft.functions.iter().enumerate() {
        if draft.functions[..index]
            .iter()
            .any(|(_, other)| other.name == function.name)
        {
            return Err((
                *line,
                format!("two functions have the name {}; rename one", function.name),
            ));
        }
    }
    for (index, (line, queue)) in draft.queues.iter().enumerate() {
        if draft.queues[..index]
            .iter()
            .any(|(_, other)| other.name == queue.name)
        {
            return Err((
                *line,
                format!("two queues have the name {}; rename one", queue.name),
            ));
        }
    }
    Ok(())
}

/// All routes must belong to the one API that the emulator serves.
fn one_api(draft: &Draft) -> Result<(), (usize, String)> {
    if let Some((line, second)) = draft.apis.get(1) {
        return Err((
            *line,
            format!("HTTP API {second} is the second; only one is emulated"),
        ));
    }
    let only = draft.apis.first().map(|(_, name)| name.as_str());
    for (line, owner, used) in &draft.apis_used {
        match (only, used.as_deref()) {
            (None, None) => {}
            (None, Some(IMPLICIT_API)) => {}
            (Some(only), Some(used)) if only == used => {}
            (Some(only), None) => {
                return Err((
                    *line,
                    format!("{owner} would make a second HTTP API; give it ApiId: !Ref {only}"),
                ));
            }
            (_, Some(used)) => {
                return Err((
                    *line,
                    format!("ApiId of {owner} is {used}, which is no HTTP API of this template"),
                ));
            }
        }
    }
    Ok(())
}

fn routes(routes: &[DraftRoute]) -> Result<(), (usize, String)> {
    for (index, DraftRoute { line, route, .. }) in routes.iter().enumerate() {
        let twin = routes[..index]
            .iter()
            .map(|draft| &draft.route)
            .find(|other| other.method == route.method && shape(&other.path) == shape(&route.path));
        if let Some(twin) = twin {
            return Err((
                *line,
                format!(
                    "the route {} {} belongs to function {} already; functions cannot share one",
                    route.method, route.path, twin.function
                ),
            ));
        }
    }
    Ok(())
}

/// Returns the path without the names of its parameters, which do not tell two routes apart.
fn shape(path: &str) -> String {
    let segments = path
        .split('/')
        .map(|segment| match segment.strip_prefix('{') {
            Some(rest) if rest.ends_with("+}") => "{+}",
            Some(_) => "{}",
            None => segment,
        });
    segments.collect::<Vec<_>>().join("/")
}

fn dead_letters(queue: &Queue, queues: &[(usize, Queue)]) -> Result<(), String> {
    let Some(redrive) = &queue.redrive else {
        return Ok(());
    };
    let target = &redrive.dead_letter_queue;
    if *target == queue.name {
        return Err(format!(
            "queue {} is its own dead-letter queue; give it another",
            queue.logical_id
        ));
    }
    match queues.iter().any(|(_, other)| other.name == *target) {
        true => Ok(()),
        false => Err(format!(
            "the dead-letter queue {target} of queue {} is no queue of this template",
            queue.logical_id
        )),
    }
}

fn exists(destination: &Destination, draft: &Draft) -> Result<(), String> {
    let (exists, what, name) = match destination {
        Destination::Queue(name) => {
            let exists = draft.queues.iter().any(|(_, queue)| queue.name == *name);
            (exists, "queue", name)
        }
        Destination::Function(name) => {
            let mut functions = draft.functions.iter();
            (
                functions.any(|(_, function)| function.name == *name),
                "function",
                name,
            )
        }
    };
    match exists {
        true => Ok(()),
        false => Err(format!(
            "the destination {name} is no {what} of this template"
        )),
    }
}

fn visibility(mapping: &Mapping, draft: &Draft) -> Result<(), String> {
    let Some((_, queue)) = draft
        .queues
        .iter()
        .find(|(_, queue)| queue.name == mapping.queue)
    else {
        let reason = format!(
            "the queue {} of function {} is no queue of this template",
            mapping.queue, mapping.function
        );
        return Err(reason);
    };
    let is_mapped = |function: &&(usize, Function)| function.1.logical_id == mapping.function;
    let Some((_, function)) = draft.functions.iter().find(is_mapped) else {
        return Ok(());
    };
    if queue.visibility_timeout >= function.timeout {
        return Ok(());
    }
    Err(format!(
        "the visibility timeout of queue {} is {} s, less than the {} s of function {}; make it at least as long, better six times",
        queue.logical_id,
        queue.visibility_timeout.as_secs(),
        function.timeout.as_secs(),
        function.logical_id,
    ))
}
