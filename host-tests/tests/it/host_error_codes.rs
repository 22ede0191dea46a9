//! Error codes of `wasi:http`, reported by a fake host for a change: the code and the effect of the plugin's error.

use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tokio::task::JoinSet;
use wasmtime::{
    Engine, Store,
    component::{Component, Linker, ResourceTable, bindgen},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
    p2::bindings::http::types::{
        DnsErrorPayload, ErrorCode as HostCode, FieldSizePayload, TlsAlertReceivedPayload,
    },
};

bindgen!({ world: "plugin", path: "../wit", exports: { default: async } });

use self::exports::onepassword::users::types::{
    Effect::{self, NotApplied, PossiblyApplied},
    ErrorCode::{self, ConnectionFailed, MalformedResponse, TimedOut},
};

const SETTINGS: [(&str, &str); 5] = [
    ("OP_USERS_ACCOUNT_ID", "ACCOUNT123"),
    ("OP_USERS_CLIENT_ID", "client"),
    ("OP_USERS_CLIENT_SECRET", "secret"),
    ("OP_USERS_BASE_URL", "https://api.example"),
    ("OP_USERS_DEADLINE_MS", "2000"),
];
const TOKEN: &str = r#"{"access_token":"a-token","token_type":"Bearer","expires_in":3600}"#;

/// Task that a host drives beside a response.
type Connection = Box<dyn Future<Output = Result<(), Error>> + Send>;

/// A host that issues tokens, and reports an error for every other request.
struct FakeHost {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    hooks: Hooks,
}

/// Outgoing HTTP of the fake host: its error code.
struct Hooks(HostCode);

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        _options: Option<RequestOptions>,
        _trailers: Connection,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Connection), Error>> + Send> {
        let result = if request.uri().path().ends_with("/token") {
            let body = Full::from(TOKEN).map_err(|never| match never {});
            let connection: Connection = Box::new(async { Ok(()) });
            Ok((Response::new(body.boxed_unsync()), connection))
        } else {
            Err(match self.0.clone() {
                // wasmtime takes this code for that of a request.
                HostCode::HttpResponseHeaderSize(field) => Error::HttpResponseHeaderSize {
                    field_name: field.field_name,
                    field_size: field.field_size,
                },
                code => code.into(),
            })
        };
        Box::new(async { result })
    }
}

impl WasiView for FakeHost {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for FakeHost {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.hooks,
        }
    }
}

/// Every error code, with the error of a change whose host reports it.
fn codes() -> Vec<(HostCode, ErrorCode, Effect)> {
    let dns = DnsErrorPayload {
        rcode: Some("NXDOMAIN".into()),
        info_code: None,
    };
    let alert = TlsAlertReceivedPayload {
        alert_id: Some(40),
        alert_message: None,
    };
    let field = || FieldSizePayload {
        field_name: Some("x".into()),
        field_size: None,
    };
    let never_sent = [
        HostCode::DnsError(dns),
        HostCode::DestinationNotFound,
        HostCode::DestinationIpProhibited,
        HostCode::ConnectionRefused,
        HostCode::TlsCertificateError,
    ];
    let failed = [
        HostCode::DnsTimeout,
        HostCode::DestinationUnavailable,
        HostCode::DestinationIpUnroutable,
        HostCode::ConnectionTimeout,
        HostCode::ConnectionLimitReached,
        HostCode::ConnectionTerminated,
        HostCode::TlsProtocolError,
        HostCode::TlsAlertReceived(alert),
        HostCode::HttpRequestDenied,
        HostCode::HttpRequestLengthRequired,
        HostCode::HttpRequestBodySize(None),
        HostCode::HttpRequestMethodInvalid,
        HostCode::HttpRequestUriInvalid,
        HostCode::HttpRequestUriTooLong,
        HostCode::HttpRequestHeaderSectionSize(None),
        HostCode::HttpRequestHeaderSize(Some(field())),
        HostCode::HttpRequestTrailerSectionSize(None),
        HostCode::HttpRequestTrailerSize(field()),
        HostCode::HttpResponseIncomplete,
        HostCode::LoopDetected,
        HostCode::ConfigurationError,
        HostCode::InternalError(Some("a cause".into())),
    ];
    let timed_out = [
        HostCode::ConnectionReadTimeout,
        HostCode::ConnectionWriteTimeout,
        HostCode::HttpResponseTimeout,
    ];
    let malformed = [
        HostCode::HttpResponseHeaderSectionSize(None),
        HostCode::HttpResponseHeaderSize(field()),
        HostCode::HttpResponseBodySize(None),
        HostCode::HttpResponseTrailerSectionSize(None),
        HostCode::HttpResponseTrailerSize(field()),
        HostCode::HttpResponseTransferCoding(None),
        HostCode::HttpResponseContentCoding(None),
        HostCode::HttpUpgradeFailed,
        HostCode::HttpProtocolError,
    ];
    let never_sent = never_sent.map(|code| (code, ConnectionFailed, NotApplied));
    let failed = failed.map(|code| (code, ConnectionFailed, PossiblyApplied));
    let timed_out = timed_out.map(|code| (code, TimedOut, PossiblyApplied));
    let malformed = malformed.map(|code| (code, MalformedResponse, PossiblyApplied));
    never_sent
        .into_iter()
        .chain(failed)
        .chain(timed_out)
        .chain(malformed)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_error_code_is_taken_at_its_weakest_meaning() {
    let engine = Engine::default();
    let component = Component::new(&engine, host::COMPONENT).unwrap();
    let mut linker = Linker::<FakeHost>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).unwrap();
    let codes = codes();
    assert_eq!(codes.len(), 39, "the codes of wasi:http 0.2");
    let mut calls = JoinSet::new();
    for (code, expected, effect) in codes {
        let host = FakeHost {
            wasi: WasiCtx::builder().envs(&SETTINGS).build(),
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            hooks: Hooks(code.clone()),
        };
        let mut store = Store::new(&engine, host);
        let plugin = Plugin::instantiate_async(&mut store, &component, &linker);
        let plugin = plugin.await.unwrap();
        calls.spawn(async move {
            let users = plugin.onepassword_users_users();
            let result = users.call_suspend_user(&mut store, "x").await.unwrap();
            let error = result.unwrap_err();
            assert_eq!((error.code, error.effect), (expected, effect), "{code:?}");
        });
    }
    calls.join_all().await;
}
