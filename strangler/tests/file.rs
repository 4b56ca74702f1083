//! Wrong files: what is said, and where.

use strangler::{Backend, Discovery, Fallback, Sticky, Target, parse};

/// A good file; each test breaks it in one place, marked by line.
const GOOD: &str = r#"[services.catalog]
discovery = "registry"
loadBalancer = "ROUND_ROBIN"
foreign = false

[[routes]]
name = "catalog"
context = "catalog"
matches = [
    { path = { type = "PathPrefix", value = "/products" } },
    { path = { type = "PathPrefix", value = "/internal/catalog" } },
]
backend = "module"
sticky = "none"
fallback = "none"
timeouts = { request = "10s", backendRequest = "5s" }
"#;

/// Replaces one text of the good file.
fn with(old: &str, new: &str) -> String {
    assert_eq!(
        GOOD.matches(old).count(),
        1,
        "{old:?} must stand in the file once"
    );
    GOOD.replace(old, new)
}

fn check(text: &str, expected: &[&str]) {
    let told = parse(text)
        .err()
        .map(|problems| problems.to_string())
        .unwrap_or_default();
    assert_eq!(told.lines().collect::<Vec<_>>(), expected, "\n{text}");
}

fn check_changed(changes: &[(&str, &str, &str)]) {
    for (old, new, expected) in changes {
        check(&with(old, new), &[expected]);
    }
}

#[test]
fn the_good_file_is_good() {
    check(GOOD, &[]);
    check(&GOOD.replace('\n', "\r\n"), &[]);
    check(&format!("\u{feff}{GOOD}"), &[]);
}

#[test]
fn unknown_keys_are_refused_with_a_suggestion() {
    check_changed(&[
        (
            "backend = \"module\"",
            "backned = \"module\"",
            r#"13:1: unknown key "backned" in a route; did you mean "backend"?"#,
        ),
        (
            "loadBalancer",
            "load_balancer",
            r#"3:1: unknown key "load_balancer" in a service; did you mean "loadBalancer"?"#,
        ),
        (
            "backendRequest",
            "BackendRequest",
            r#"16:31: unknown key "BackendRequest" in timeouts; did you mean "backendRequest"?"#,
        ),
        (
            "sticky",
            "colour",
            r#"14:1: unknown key "colour" in a route; there is "name", "context", "matches", "backend", "sticky", "fallback", "timeouts""#,
        ),
        (
            "[services.catalog]",
            "[service.catalog]",
            r#"1:2: unknown key "service" in a routes file; did you mean "services"?"#,
        ),
    ]);
    check(
        &with(
            "{ type = \"PathPrefix\", value = \"/products\" }",
            "{ typ = \"PathPrefix\", value = \"/products\" }",
        ),
        &[
            r#"10:14: a path needs the key "type""#,
            r#"10:16: unknown key "typ" in a path; did you mean "type"?"#,
        ],
    );
}

#[test]
fn what_comes_later_is_not_yet_supported() {
    check_changed(&[
        (
            "sticky = \"none\"",
            "mirror = \"catalog\"",
            r#"14:1: "mirror" is not yet supported"#,
        ),
        (
            "sticky = \"none\"",
            "[routes.analysis]",
            r#"14:9: "analysis" is not yet supported"#,
        ),
        (
            "foreign = false",
            "warmup = \"10s\"",
            r#"4:1: "warmup" is not yet supported"#,
        ),
        (
            "\"ROUND_ROBIN\"",
            "\"RANDOM\"",
            r#"3:16: "RANDOM" is not yet supported; there is "ROUND_ROBIN""#,
        ),
        (
            "\"/products\" } }",
            "\"/products\" }, headers = [] }",
            r#"10:60: "headers" is not yet supported"#,
        ),
        (
            "discovery = \"registry\"",
            "endpoints = [\"dns:catalog.shop:8080\"]",
            r#"2:14: "dns:catalog.shop:8080": dns is not yet supported; write http://host:port"#,
        ),
    ]);
}

#[test]
fn words_and_types_are_checked_where_they_stand() {
    check_changed(&[
        (
            "\"ROUND_ROBIN\"",
            "\"ROUNDROBIN\"",
            r#"3:16: unknown value "ROUNDROBIN"; did you mean "ROUND_ROBIN"?"#,
        ),
        (
            "sticky = \"none\"",
            "sticky = \"members\"",
            r#"14:10: unknown value "members"; did you mean "member"?"#,
        ),
        (
            "fallback = \"none\"",
            "fallback = \"catalog\"",
            r#"15:12: unknown value "catalog"; there is "module", "none""#,
        ),
        (
            "foreign = false",
            "foreign = \"no\"",
            "4:11: expected true or false, found a string",
        ),
        (
            "name = \"catalog\"",
            "name = 7",
            "7:8: expected a string, found the integer 7",
        ),
        (
            "name = \"catalog\"",
            "name = \"카탈로그\"",
            "7:8: a name is 1 to 64 letters (a to z), digits, dashes or underscores",
        ),
        (
            "\"/products\" } }",
            "\"/products\" }, method = \"get\" }",
            r#"10:69: unknown method "get"; did you mean "GET"?"#,
        ),
        (
            "\"10s\"",
            "\"10 seconds\"",
            r#"16:24: "10 seconds" is not a length of time; write "10s", "500ms" or "1m30s""#,
        ),
        (
            "\"10s\"",
            "\"0s\"",
            r#"16:24: "0s" is not a length of time; write "10s", "500ms" or "1m30s""#,
        ),
        (
            "\"10s\"",
            "\"4s\"",
            "16:47: backendRequest is longer than request (4s)",
        ),
        (
            "\"/products\"",
            "\"products\"",
            "10:45: a path begins with \"/\"",
        ),
        (
            "\"/products\"",
            "\"/a%2Fb\"",
            "10:45: an escaped slash, backslash or control character is not allowed in a path",
        ),
        (
            "\"/products\"",
            "\"/products?q=1\"",
            "10:45: '?' is not allowed in a path",
        ),
        (
            "{ request = \"10s\", backendRequest = \"5s\" }",
            "\"10s\"",
            "16:12: expected a table, found a string",
        ),
    ]);
}

#[test]
fn services_say_where_they_are_in_one_way() {
    let endpoints = |list: &str| with("discovery = \"registry\"", &format!("endpoints = {list}"));
    check(
        &endpoints(r#"["http://127.0.0.1:8101", "http://catalog.shop:80/", "http://[::1]:8101"]"#),
        &[],
    );
    for wrong in [
        "127.0.0.1:8101",
        "https://a:1",
        "http://a",
        "http://a:0",
        "http://a:99999",
        "http://a:1/b",
        "http://u@a:1",
        "http://:1",
    ] {
        let told = format!("2:14: \"{wrong}\" is not of the form http://host:port");
        check(&endpoints(&format!("[\"{wrong}\"]")), &[&told]);
    }
    check(
        &endpoints("[]"),
        &["2:13: a service needs at least one endpoint"],
    );
    check(
        &endpoints("\"http://a:1\""),
        &["2:13: expected an array, found a string"],
    );
    check_changed(&[
        (
            "discovery = \"registry\"\n",
            "",
            r#"1:11: a service needs the key "discovery" or "endpoints""#,
        ),
        (
            "foreign = false",
            "endpoints = [\"http://a:1\"]",
            r#"4:13: a service has "discovery" or "endpoints", not both"#,
        ),
    ]);
    check(
        &format!("{GOOD}\n[services.module]\ndiscovery = \"registry\"\n"),
        &["18:11: \"module\" is the process itself; call the service something else"],
    );
    check(
        "services = 3\n",
        &[
            "1:1: there is no [[routes]]: nothing would be answered",
            "1:12: services are tables, each with its name: [services.catalog]",
        ],
    );
}

#[test]
fn backends_exist_and_their_shares_sum_to_100() {
    check_changed(&[
        (
            "\"module\"",
            "\"catalgo\"",
            r#"13:11: there is no service "catalgo"; did you mean "catalog"?"#,
        ),
        (
            "\"module\"",
            "{ module = 90, catalog = 9 }",
            "13:11: the shares sum to 99, not to 100",
        ),
        (
            "\"module\"",
            "{ module = 90, catalog = 10.0 }",
            "13:36: expected a whole number from 0 to 100, found a value of type float",
        ),
        (
            "\"module\"",
            "{ module = 110, catalog = -10 }",
            "13:37: expected a whole number from 0 to 100, found the integer -10",
        ),
        (
            "\"module\"",
            "{ module = 100, catlog = 0 }",
            r#"13:27: there is no service "catlog"; did you mean "catalog"?"#,
        ),
        ("\"module\"", "{}", "13:11: the shares sum to 0, not to 100"),
        (
            "\"module\"",
            "\"catalog=10\"",
            r#"13:11: a backend is "module", a service's name or { module = 90, catalog = 10 }"#,
        ),
    ]);
    check(
        &with("context = \"catalog\"", "context = \"app\"")
            .replace("\"module\"", "\"catalog\"")
            .replace("/internal/catalog", "/x"),
        &["13:11: the context \"app\" never leaves: its backend is \"module\""],
    );
}

#[test]
fn each_context_has_exactly_one_route_for_its_neighbours() {
    let internal = "    { path = { type = \"PathPrefix\", value = \"/internal/catalog\" } },\n";
    check(
        &with(internal, ""),
        &[r#"8:11: no route of the context "catalog" matches "/internal/catalog""#],
    );
    let second = "[[routes]]\nname = \"other\"\ncontext = \"catalog\"\nmatches = [{ path = { type = \"PathPrefix\", value = \"/internal/catalog\" } }]\n";
    check(
        &format!("{GOOD}{second}"),
        &[r#"20:12: "/internal/catalog" is matched on line 11 already: one route decides it"#],
    );
    let own = r#"11:5: of /internal a route matches only its own context, whole: PathPrefix "/internal/catalog""#;
    let none = r#"8:11: no route of the context "catalog" matches "/internal/catalog""#;
    check(&with("/internal/catalog", "/internal/stock"), &[none, own]);
    check(&with("/internal/catalog", "/internal"), &[none, own]);
    check(
        &with("/internal/catalog", "/internal/catalog/ops"),
        &[none, own],
    );
    check(
        &with(
            "\"/internal/catalog\" }",
            "\"/internal/catalog\" }, method = \"POST\"",
        ),
        &[none, own],
    );
    check(
        &GOOD
            .replace("context = \"catalog\"", "context = \"events\"")
            .replace("/internal/catalog", "/internal/events"),
        &["8:11: no context is called \"events\": /internal/events is where events arrive"],
    );
}

#[test]
fn routes_are_whole_and_their_names_unique() {
    check_changed(&[
        (
            "name = \"catalog\"\n",
            "",
            r#"6:1: a route needs the key "name""#,
        ),
        (
            "context = \"catalog\"\n",
            "",
            r#"6:1: a route needs the key "context""#,
        ),
    ]);
    let twin = "[[routes]]\nname = \"catalog\"\ncontext = \"catalog\"\nmatches = []\n";
    check(
        &format!("{GOOD}{twin}"),
        &[
            r#"18:8: the name "catalog" is taken by the route on line 7"#,
            "20:11: a route needs at least one match",
        ],
    );
    check(
        "",
        &["1:1: there is no [[routes]]: nothing would be answered"],
    );
    check(
        "routes = []",
        &["1:10: there is no [[routes]]: nothing would be answered"],
    );
    check(
        "routes = 1",
        &["1:10: expected an array, found the integer 1"],
    );
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let text = GOOD
        .replace("foreign", "foriegn")
        .replace("\"/products\"", "\"products\"")
        .replace("\"5s\"", "\"5\"");
    check(
        &text,
        &[
            r#"4:1: unknown key "foriegn" in a service; did you mean "foreign"?"#,
            "10:45: a path begins with \"/\"",
            r#"16:48: "5" is not a length of time; write "10s", "500ms" or "1m30s""#,
        ],
    );
}

#[test]
fn mistakes_of_spelling_are_told_with_their_place() {
    for (old, new, place) in [
        ("name = \"catalog\"", "name = \"catalog", "7:16: "),
        ("[services.catalog]", "[services.catalog", "1:18: "),
        ("foreign = false", "foreign = flase", "4:11: "),
        ("foreign = false", "discovery = \"registry\"", "4:1: "),
        ("sticky = \"none\"", "backend = \"catalog\"", "14:1: "),
    ] {
        let told = parse(&with(old, new)).expect_err(new).to_string();
        assert!(told.starts_with(place), "{new}\n{told}");
    }
    let both = parse(&GOOD.replace("false", "flase").replace("\"none\"", "none")).unwrap_err();
    assert_eq!(
        both.0
            .iter()
            .map(|problem| problem.at.line)
            .collect::<Vec<_>>(),
        [4, 14, 15]
    );
}

#[test]
fn a_table_says_what_the_file_says() {
    let text = with("\"module\"", "{ catalog = 10, module = 90 } # a canary")
        .replace("sticky = \"none\"", "sticky = \"member\"")
        .replace("fallback = \"none\"", "fallback = \"module\"")
        .replace(
            "{ request = \"10s\", backendRequest = \"5s\" }",
            "{ request = \"1500ms\" }",
        )
        .replace(
            "discovery = \"registry\"",
            "endpoints = [\"http://127.0.0.1:8101\"]",
        )
        .replace(
            "value = \"/products\" } }",
            "value = \"/상품/\" }, method = \"GET\" }",
        );
    let table = parse(&text).unwrap_or_else(|problems| panic!("{problems}"));
    let route = table.route("catalog").unwrap();
    assert_eq!(route.backend.share_of(&Target::Module), 90);
    assert_eq!(
        (route.sticky, route.fallback),
        (Sticky::Member, Fallback::Module)
    );
    assert_eq!((route.at.line, route.at.column), (13, 11));
    let Discovery::Endpoints(endpoints) = &table.service("catalog").unwrap().discovery else {
        panic!()
    };
    assert_eq!(
        (endpoints[0].host.as_str(), endpoints[0].port),
        ("127.0.0.1", 8101)
    );
    assert_eq!(
        serde_json::to_value(route).unwrap(),
        serde_json::json!({
            "name": "catalog",
            "context": "catalog",
            "matches": [
                { "path": { "type": "PathPrefix", "value": "/%EC%83%81%ED%92%88" }, "method": "GET" },
                { "path": { "type": "PathPrefix", "value": "/internal/catalog" } },
            ],
            "backend": { "catalog": 10, "module": 90 },
            "sticky": "member",
            "fallback": "module",
            "timeouts": { "request": "1500ms", "backendRequest": "1500ms" },
        })
    );
}

#[test]
fn backends_are_written_in_three_ways() {
    for (text, shown) in [
        ("module", Ok("module")),
        ("catalog", Ok("catalog")),
        ("catalog=10", Ok("catalog=10,module=90")),
        ("catalog=100", Ok("catalog")),
        ("catalog=0", Ok("module")),
        ("a=20, b=30", Ok("a=20,b=30,module=50")),
        ("module=60,catalog=40", Ok("catalog=40,module=60")),
        ("catalog=101", Err("the shares sum to 101, not to 100")),
        (
            "module=60,catalog=30",
            Err("the shares sum to 90, not to 100"),
        ),
        ("a=1,a=2", Err("\"a\" stands here twice")),
        (
            "catalog=x",
            Err(
                "expected \"module\", a service's name or shares such as catalog=10, found \"catalog=x\"",
            ),
        ),
        (
            "",
            Err("expected \"module\", a service's name or shares such as catalog=10, found \"\""),
        ),
    ] {
        let read = text
            .parse::<Backend>()
            .map(|backend| backend.to_string())
            .map_err(|error| error.to_string());
        assert_eq!(read.as_deref().map_err(String::as_str), shown, "{text:?}");
    }
    for json in [r#""catalog""#, r#"{"catalog":10,"module":90}"#] {
        let backend: Backend = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&backend).unwrap(), json);
    }
    assert!(serde_json::from_str::<Backend>(r#"{"catalog":10}"#).is_err());
}
