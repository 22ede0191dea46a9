//! Lists of people: what is read, and what is refused before anything is sent.

use std::fs;

use simulator::{State, User};

use super::{
    super::process::{op_users_at, run, run_with},
    Scene,
};

/// The leaver, another leaver, and a manager who stays.
fn people(scene: &Scene) -> [User; 3] {
    scene.active(3).try_into().expect("three users")
}

/// Runs `contain` with a list, and asserts which of the people are suspended.
async fn assert_contained(scene: &Scene, content: &[u8], options: &[&str], expected: [bool; 3]) {
    let people = people(scene);
    let shown = String::from_utf8_lossy(content);
    let list = scene.file("list.csv");
    fs::write(&list, content).expect("the list is written");
    let arguments = [&["contain", "--yes", "--file", &list], options].concat();
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 0, "{shown}: {ended:?}");
    let suspended = people
        .each_ref()
        .map(|user| scene.state(user) == State::Suspended);
    assert_eq!(suspended, expected, "{shown}: {ended:?}");
    for user in &people {
        scene.simulator.set_state(&user.id, State::Active);
    }
}

#[tokio::test]
async fn exports_of_common_systems_name_their_users() {
    let scene = Scene::new().await;
    let [one, two, boss] = people(&scene).map(|user| user.email);
    for content in [
        // Slack, whose ids are others.
        format!(
            "username,email,status,has-2fa,userid,fullname,expiration-timestamp\nw,{one},Member,1,U0AB12CD3,W A,\n\
             t,{two},Member,1,W0AB12CD4,T J,\n"
        ),
        // Entra ID, with two columns of addresses that agree, and ids of its own.
        format!(
            "userPrincipalName,displayName,mail,id,userType\r\n{one},W A,{one},8a1f1c8e-7c1b-4f57-9f3c-0d5a0a1b2c3d,Member\r\n\
             {two},T J,{two},9b1f1c8e-7c1b-4f57-9f3c-0d5a0a1b2c3e,Member\r\n"
        ),
        format!(
            "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY]\nW,A,{one},Active\nT,J,{two},Active\n"
        ),
        format!("\u{feff}Name;E-Mail-Adresse\r\nW;{one}\r\nT;{two}\r\n"),
        format!("userPrincipalName\n{one}\n{two}\n"),
        format!(
            "login,firstName,email,secondEmail\n{one},W,{one},w@home.example\n{two},T,{two},\n"
        ),
        format!("Employee #,Work Email,Home Email\n#1,{one},w@home.example\n#2,{two},\n"),
        format!("Worker\tEmail - Work\nW\t{one}\nT\t{two}\n"),
        format!("User id,User name,email\n712020:4f57,W,{one}\n712020:9f3c,T,{two}\n"),
        format!("Nom,Adresse e-mail\n\"A, W\",{one}\n\"J, T\",{two}\n"),
        format!("Nombre;Correo electrónico\nW;{one}\nT;{two}\n"),
        format!("ticket,manager email,email\n#4711,{boss},{one}\n4712,{boss},{two}\n"),
    ] {
        assert_contained(&scene, content.as_bytes(), &[], [true, true, false]).await;
    }
}

#[tokio::test]
async fn spreadsheets_and_encodings_are_read() {
    let scene = Scene::new().await;
    let [one, two, _] = people(&scene).map(|user| user.email);
    let excel = format!("\u{feff}name\temail\r\nÉlodie\t{one}\r\n\"Tom\t\"\t{two}\r\n");
    let unicode_text: Vec<u8> = excel.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for content in [
        format!("sep=;\r\nname;email\r\nSmith, W;{one}\r\nJones, T;{two}\r\n").into_bytes(),
        format!("email;name;\n{one};W;\n{two};T;\n;;\n").into_bytes(),
        format!("email,name\r{one},W\r{two},T\r").into_bytes(),
        format!("#TYPE System.Object\r\n\"mail\"\r\n\"{one}\"\r\n\"{two}\"\r\n").into_bytes(),
        unicode_text,
        format!("# leavers\n\n{one} # on Friday\n  {two}\n").into_bytes(),
    ] {
        assert_contained(&scene, &content, &[], [true, true, false]).await;
    }
}

#[tokio::test]
async fn columns_are_named_by_options() {
    let scene = Scene::new().await;
    let [one, two, boss] = people(&scene);
    let content = format!(
        "Contact,email\n{},{}\n{},{}\n",
        one.email, boss.email, two.email, boss.email
    );
    let options = ["--email-column", "contact"];
    assert_contained(&scene, content.as_bytes(), &options, [true, true, false]).await;
    let content = format!("key,login\n{},boss\n{},boss\n", one.id, two.id);
    assert_contained(
        &scene,
        content.as_bytes(),
        &["--id-column", "KEY"],
        [true, true, false],
    )
    .await;
    // A guard has its own names.
    let protected = scene.write(
        "guard.csv",
        &format!("Mentor,email\n{},{}\n", two.email, boss.email),
    );
    let list = scene.write("all.txt", &format!("{}\n{}\n{}\n", one.id, two.id, boss.id));
    let arguments = [
        "contain",
        "--yes",
        "--file",
        &list,
        "--protect-file",
        &protected,
        "--protect-email-column",
        "Mentor",
    ];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 3, "{ended:?}");
    let states = [one, two, boss].map(|user| scene.state(&user));
    assert_eq!(states, [State::Suspended, State::Active, State::Suspended]);
}

#[tokio::test]
async fn the_json_of_a_list_is_a_list() {
    let scene = Scene::new().await;
    let people = people(&scene);
    let listed = run(op_users_at(&scene.simulator, &["list", "--all", "--json"])).await;
    let lines: Vec<_> = listed
        .stdout
        .lines()
        .filter(|line| line.contains(&people[0].id) || line.contains(&people[1].id))
        .collect();
    for content in [lines.join("\n"), format!("[{}]", lines.join(",\n"))] {
        let command = op_users_at(&scene.simulator, &["contain", "--yes", "-"]);
        let ended = run_with(command, &content).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        let states = people.each_ref().map(|user| scene.state(user));
        assert_eq!(states, [State::Suspended, State::Suspended, State::Active]);
        for user in &people {
            scene.simulator.set_state(&user.id, State::Active);
        }
    }
}

#[tokio::test]
async fn unused_ids_are_remarked() {
    let scene = Scene::new().await;
    let [one, ..] = people(&scene);
    let list = scene.write(
        "slack.csv",
        &format!("userid,email\nU0AB12CD3,{}\n", one.email),
    );
    for (option, shown) in [
        (
            "--verbose",
            "slack.csv: the ids in the column \"userid\" look like another system's",
        ),
        (
            "--json",
            "slack.csv: the ids in the column \\\"userid\\\" look like another system's",
        ),
    ] {
        let arguments = ["contain", "--dry-run", option, "--file", &list];
        let ended = run(op_users_at(&scene.simulator, &arguments)).await;
        assert!(ended.stderr.contains(shown), "{ended:?}");
    }
}

/// Asserts that a list is refused with this text, as a file, on standard input, and as a guard, and that nothing is sent.
async fn assert_refused(scene: &Scene, content: &[u8], expected: &str) {
    let user = &people(scene)[0].id;
    let list = scene.file("list.csv");
    fs::write(&list, content).expect("the list is written");
    for arguments in [
        &["contain", "--yes", "--file", &list][..],
        &["contain", "--yes", user, "--protect-file", &list],
    ] {
        let ended = run(op_users_at(&scene.simulator, arguments)).await;
        let shown = format!(
            "{}: {arguments:?}: {ended:?}",
            String::from_utf8_lossy(content)
        );
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{shown}");
        let is_named = ended
            .stderr
            .starts_with(&format!("error: {list}, {expected}"));
        assert!(is_named, "{expected}: {shown}");
    }
    if let Ok(text) = str::from_utf8(content) {
        let command = op_users_at(&scene.simulator, &["contain", "--yes", "-"]);
        let ended = run_with(command, text).await;
        assert_eq!(ended.status, 2, "{ended:?}");
        let is_named = ended
            .stderr
            .starts_with(&format!("error: standard input, {expected}"));
        assert!(is_named, "{expected}: {ended:?}");
    }
    assert!(scene.simulator.requests().is_empty());
}

#[tokio::test]
async fn misread_rows_are_refused_before_any_request() {
    let scene = Scene::new().await;
    let [one, two, boss] = people(&scene).map(|user| user.email);
    for (content, expected) in [
        (
            format!("email,name,note\n{one},W,\"asset 4711\n{two},T,\n{boss},U,ok\n"),
            "line 2: a quote is opened here and never closed",
        ),
        (
            format!("email,name\n{two},\"The Boss\n{boss},The CEO\n"),
            "line 2: a quote is opened here and never closed",
        ),
        (
            format!("email,note\n{one},\"x\n{boss},\"\n"),
            "line 2: a quote is opened here and closed in line 3, with a user in line 3",
        ),
        (
            format!("email,name\n{one},W \"x\"\n"),
            "line 2: a quote stands in the middle of a field",
        ),
        (
            format!("email,name\n{one},\"W\"x\n"),
            "line 2: text follows a closing quote",
        ),
        (
            format!("name,manager email,email\nSmith, Wendy,{boss},{one}\nTom,{boss},{two}\n"),
            "line 2: it has 4 fields under a header of 3",
        ),
        (
            format!("name,manager email,email,note\nSmith, Wendy,{boss},{one}\n"),
            "line 2: the column \"manager email\" contains \"Wendy\" here",
        ),
        (
            format!("email,name\n{one}\n"),
            "line 2: it has 1 field under a header of 2",
        ),
        (
            format!("email,name\n{one},W\n#N/A,T\n"),
            "line 3: the column \"email\" contains no e-mail address: \"#N/A\" must have an @",
        ),
        (
            format!("email\n#REF!\n{one}\n"),
            "line 2: the column \"email\" contains no e-mail address",
        ),
        (
            format!("{one}\n#N/A\n"),
            "line 2: \"#N/A\" is an error value of a spreadsheet",
        ),
        (
            format!("email,name\n{one},W\n,T\n"),
            "line 3: \"email\" is empty, so the row names no user",
        ),
    ] {
        assert_refused(&scene, content.as_bytes(), expected).await;
    }
}

#[tokio::test]
async fn unclear_columns_are_refused_with_their_names() {
    let scene = Scene::new().await;
    let [one, two, boss] = people(&scene);
    let (one, two, boss, id) = (&one.email, &two.email, &boss.email, &boss.id);
    for (content, expected) in [
        (
            format!("First Name,Contact\nW,{one}\n"),
            "line 1: no column is called email or id; there are: \"First Name\", \"Contact\"; name one with --",
        ),
        (
            format!("Mitarbeiter\n{one}\n"),
            "line 1: this is neither an id nor an e-mail address: \"Mitarbeiter\"",
        ),
        (
            format!("email,userPrincipalName\n{one},{one}\n{two},{boss}\n"),
            "line 3: the columns \"email\" and \"userPrincipalName\" could both be the address, and are not the same here; name one",
        ),
        (
            "name,userid\nW,U0AB12CD3\n".to_owned(),
            "line 2: the ids in the column \"userid\" look like another system's: \"U0AB12CD3\"",
        ),
        (
            format!("id,email\n{id},{one}\nU0AB12CD3,{two}\n"),
            "line 3: the column \"id\" contains \"U0AB12CD3\" here, which does not look like an id of 1Password",
        ),
        (format!("{one},{two}\n"), "line 1: \""),
        (
            "sep=|\nname|email\n".to_owned(),
            "line 1: the separator \"|\" is none of comma, semicolon and tab",
        ),
        (
            format!("{{\"mail\":\"{one}\",\"email\":\"{two}\"}}\n"),
            "line 1: the columns \"mail\" and \"email\" could both",
        ),
        (
            format!("{{\"email\":\"{one}\"}}\n{{\"email\":\"{two}\"\n"),
            "line 3: this is not valid JSON: ",
        ),
        (
            format!("[{{\"email\":\"{one}\",\n\"email\":\"{two}\"}}]\n"),
            "line 2: this is not valid JSON: the key \"email\" stands twice",
        ),
    ] {
        assert_refused(&scene, content.as_bytes(), expected).await;
    }
    for (option, name, cause) in [
        (
            "--email-column",
            "Mail",
            "line 1: no column is called \"Mail\"; there are: \"email\", \"X\", \"x\"",
        ),
        (
            "--id-column",
            "x",
            "line 1: more than one column is called \"x\"",
        ),
    ] {
        let list = scene.write("list.csv", &format!("email,X,x\n{one},A,B\n"));
        let arguments = ["contain", "--yes", "--file", &list, option, name];
        let ended = run(op_users_at(&scene.simulator, &arguments)).await;
        assert_eq!(ended.status, 2, "{ended:?}");
        assert!(ended.stderr.contains(cause), "{ended:?}");
    }
    assert!(scene.simulator.requests().is_empty());
}

#[tokio::test]
async fn texts_that_name_no_user_are_refused_by_line() {
    let scene = Scene::new().await;
    let [one, two, boss] = people(&scene).map(|user| user.email);
    for text in [
        format!("'{boss}'"),
        format!("\u{201e}{boss}\u{201c}"),
        format!("mailto:{boss}"),
        format!("{boss};{two}"),
        format!("CEO <{boss}>"),
        format!("<{boss}>"),
        format!("{boss}|{two}"),
        format!("{boss}\u{200b}"),
        format!("\u{feff}{boss}"),
        boss.replace('@', "\u{ad}@"),
        format!("{boss}\u{fe0f}"),
        boss.replace('@', "@@"),
        boss.replace("acme.example", "acme"),
        "*@acme.example".to_owned(),
        "@acme.example".to_owned(),
        "wendy".to_owned(),
    ] {
        let content = format!("{one}\n{text}\n");
        assert_refused(
            &scene,
            content.as_bytes(),
            "line 2: this is neither an id nor an e-mail address: ",
        )
        .await;
    }
    // JSON as an array of texts, and a quoted address without a header.
    let array = format!("[\"{boss}\",\"{two}\"]");
    assert_refused(
        &scene,
        array.as_bytes(),
        "line 1: this is not an object of a user",
    )
    .await;
    let quoted = format!("\"{boss}\"\n");
    assert_refused(&scene, quoted.as_bytes(), "line 1: \"").await;
}

#[tokio::test]
async fn other_encodings_are_refused_in_words() {
    let scene = Scene::new().await;
    let [one, ..] = people(&scene).map(|user| user.email);
    let latin: Vec<u8> = [
        b"name,email\nTom,",
        one.as_bytes(),
        b"\n\xc9lodie,x@acme.example\n",
    ]
    .concat();
    assert_refused(&scene, &latin, "line 3: the line is not UTF-8 text").await;
    let unmarked: Vec<u8> = format!("email\n{one}\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_refused(&scene, &unmarked, "line 1: the line contains a zero byte").await;
    assert_refused(
        &scene,
        b"PK\x03\x04\x14\0\x06\0\xff",
        "line 1: this is a workbook (.xlsx)",
    )
    .await;
}
