//! Redirects, which are never followed, least of all with credentials.

use host::ErrorCode::MalformedResponse;

use super::{
    case::{
        Ask::{List, Revoke, Suspend},
        Row,
    },
    response::status,
    table::run,
};

#[tokio::test(flavor = "multi_thread")]
async fn redirects() {
    let mut rows = Vec::new();
    for code in [300, 301, 302, 303, 305, 307, 308] {
        let elsewhere = || status(code, &["location: $elsewhere/x"], "");
        rows.extend([
            Row::new(format!("{code}"), List, elsewhere()).fails(MalformedResponse, 2),
            Row::new(format!("{code}"), Suspend, elsewhere()).uncertain(MalformedResponse, 2),
            Row::new(format!("{code}"), Revoke, elsewhere()).fails(MalformedResponse, 1),
            Row::new(format!("token: {code}"), Suspend, elsewhere())
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
    rows.extend(odd.map(|header| {
        Row::new(
            format!("302 with {header}"),
            List,
            status(302, &[header], ""),
        )
        .fails(MalformedResponse, 2)
    }));
    run("redirects", rows).await;
}
