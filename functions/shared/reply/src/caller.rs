use lambda_http::{Request, RequestExt};
use podcast::Owner;

use crate::Problem;

/// Returns who is asking: the subject the authorizer vouches for, or `local` where there is no authorizer.
///
/// # Errors
/// 403 when there is an authorizer, yet its token names nobody: that must not open `local`'s library.
pub fn owner(request: &Request) -> Result<Owner, Problem> {
    let Some(authorizer) = request
        .request_context_ref()
        .and_then(|context| context.authorizer())
    else {
        return Ok(Owner::local());
    };
    let subject = authorizer
        .jwt
        .as_ref()
        .and_then(|jwt| jwt.claims.get("sub"));
    match subject {
        Some(subject) if !subject.is_empty() => Ok(Owner::new(subject)),
        _ => Err(Problem::forbidden("Your sign-in does not say who you are")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Event;

    #[test]
    fn the_owner_is_the_subject_of_the_token() {
        let request = Event::get("/x").owner("ann").request();

        assert_eq!(owner(&request).unwrap(), Owner::new("ann"));
    }

    #[test]
    fn without_an_authorizer_everything_is_local_whatever_token_is_sent() {
        let request = Event::get("/x")
            .header("authorization", "Bearer ann")
            .request();

        assert_eq!(owner(&request).unwrap(), Owner::local());
    }

    #[test]
    fn a_token_that_names_nobody_owns_nothing() {
        assert!(owner(&Event::get("/x").owner("").request()).is_err());
    }
}
