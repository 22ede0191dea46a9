//! Redirects, which are never followed.

use host::ErrorCode::MalformedResponse;

use super::{
    case::{
        Call::{List, Revoke, Suspend},
        Case,
    },
    response::status,
    table::run,
};

#[tokio::test(flavor = "multi_thread")]
async fn redirects_are_not_followed() {
    let mut cases = Vec::new();
    for code in [300, 301, 302, 303, 305, 307, 308] {
        let elsewhere = || status(code, &["location: $elsewhere/x"], "");
        cases.extend([
            Case::new(format!("{code}"), List, elsewhere()).fails(MalformedResponse, 2),
            Case::new(format!("{code}"), Suspend, elsewhere())
                .possibly_applied(MalformedResponse, 2),
            Case::new(format!("{code}"), Revoke, elsewhere()).fails(MalformedResponse, 1),
            Case::new(format!("token: {code}"), Suspend, elsewhere())
                .on_token()
                .fails(MalformedResponse, 1),
        ]);
    }
    let odd = [
        "location: /",
        "location: \u{fffd}",
        "x: y",
        "refresh: 0; url=$elsewhere",
    ];
    cases.extend(odd.map(|header| {
        Case::new(
            format!("302 with {header}"),
            List,
            status(302, &[header], ""),
        )
        .fails(MalformedResponse, 2)
    }));
    run("redirects", cases).await;
}
