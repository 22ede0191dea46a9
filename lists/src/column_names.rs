//! Names of columns in the lists and exports that people have, in several languages.
//!
//! Names are compared in a reduced form: lower-case letters and digits, without accents, and without a remark such as
//! `[Required]`.

/// Names of a column of e-mail addresses, reduced.
const EMAIL: &[&str] = &[
    // Plain; Slack, Atlassian, Okta, `op-users list --json`.
    "email",
    "emails",
    "emailaddress",
    "mail",
    "mailaddress",
    "useremail",
    "useremailaddress",
    "usermail",
    "emailid",
    // Google Workspace, Okta.
    "primaryemail",
    "primaryemailaddress",
    // Entra ID, Microsoft 365.
    "userprincipalname",
    "upn",
    "usernameuserprincipalnamerequired",
    "primarysmtpaddress",
    // BambooHR, Workday.
    "workemail",
    "workemailaddress",
    "workmail",
    "emailwork",
    "emailaddresswork",
    "primaryworkemail",
    "primaryworkemailaddress",
    "businessemail",
    "businessemailaddress",
    "companyemail",
    "companyemailaddress",
    "corporateemail",
    // German.
    "emailadresse",
    "mailadresse",
    "emailgeschaftlich",
    "emailadressegeschaftlich",
    "geschaftlicheemail",
    "geschaftlicheemailadresse",
    "emaildienstlich",
    "dienstlicheemail",
    "dienstlicheemailadresse",
    "firmenemail",
    "firmenemailadresse",
    "benutzerprinzipalname",
    // French.
    "adresseemail",
    "adressemail",
    "adresseelectronique",
    "adressedemessagerie",
    "courriel",
    "adressecourriel",
    "adressedecourriel",
    "mel",
    "emailprofessionnel",
    "mailprofessionnel",
    "courrielprofessionnel",
    "adresseemailprofessionnelle",
    "nomdutilisateurprincipal",
    // Spanish.
    "correo",
    "correoelectronico",
    "direcciondecorreo",
    "direcciondecorreoelectronico",
    "direccionemail",
    "direcciondeemail",
    "correocorporativo",
    "correodetrabajo",
    "correodeltrabajo",
    "emailcorporativo",
    "nombreprincipaldeusuario",
    "nombreprincipaldelusuario",
    // Dutch, Italian, Portuguese.
    "emailadres",
    "indirizzoemail",
    "enderecodeemail",
];

/// Names of a column of sign-in names, reduced. It may contain addresses, and counts if it is the only such column.
const LOGIN: &[&str] = &[
    "login",
    "loginname",
    "userlogin",
    "username",
    "signinname",
    "benutzername",
    "anmeldename",
    "nomdutilisateur",
    "nombredeusuario",
];

/// Names of a column of ids, reduced.
const ID: &[&str] = &[
    "id",
    "userid",
    "uuid",
    "useruuid",
    "1passwordid",
    "1passworduserid",
    "1passworduuid",
    "1passworduseruuid",
    "onepasswordid",
    "onepassworduserid",
];

/// Remarks after a name in templates of imports.
const REMARKS: [&str; 8] = [
    "[required]",
    "(required)",
    "[optional]",
    "(optional)",
    "[read only]",
    "(read only)",
    "[writable]",
    "*",
];

/// Ends of the reduced names of columns that contain addresses of other people, such as the manager's.
const OTHER_EMAIL_ENDS: [&str; 6] = [
    "email",
    "emailaddress",
    "mailaddress",
    "emailadresse",
    "mailadresse",
    "courriel",
];

/// Kind of the content of a column, by its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ColumnKind {
    /// The user's e-mail address.
    Email,
    /// The user's sign-in name, which may be an address.
    Login,
    /// The user's id.
    Id,
    /// Another person's address, or another address of the user.
    OtherEmail,
    /// Anything else.
    Other,
}

/// Kind of a column with this name.
pub(crate) fn kind(name: &str) -> ColumnKind {
    let reduced = reduced(name);
    let is_in = |names: &[&str]| names.contains(&reduced.as_str());
    if is_in(EMAIL) {
        ColumnKind::Email
    } else if is_in(LOGIN) {
        ColumnKind::Login
    } else if is_in(ID) {
        ColumnKind::Id
    } else if OTHER_EMAIL_ENDS.iter().any(|end| reduced.ends_with(end)) {
        ColumnKind::OtherEmail
    } else {
        ColumnKind::Other
    }
}

/// A name without its remark, accents, and everything but letters and digits, in lower case.
fn reduced(name: &str) -> String {
    let lower = name.trim().to_lowercase();
    let remark = REMARKS.iter().find_map(|remark| lower.strip_suffix(remark));
    remark
        .unwrap_or(&lower)
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .map(without_accent)
        .collect()
}

/// The letter without its accent, for the letters of the names above.
fn without_accent(letter: char) -> char {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_real_exports_are_known() {
        for name in [
            "email",
            "E-Mail",
            " Email Address ",
            "Email Address [Required]",
            "Email*",
            "userPrincipalName",
            "User principal name",
            "User name [userPrincipalName] Required",
            "mail",
            "Work Email",
            "Email - Work",
            "Primary email",
            "primaryEmail",
            "E-Mail-Adresse",
            "E-Mail (geschäftlich)",
            "Benutzerprinzipalname",
            "Adresse e-mail",
            "Adresse électronique",
            "Adresse e\u{301}lectronique",
            "Courriel",
            "Correo electrónico",
            "Dirección de correo electrónico",
        ] {
            assert_eq!(kind(name), ColumnKind::Email, "{name}");
        }
        for name in [
            "login",
            "User Name",
            "username",
            "Benutzername",
            "Nom d’utilisateur",
        ] {
            assert_eq!(kind(name), ColumnKind::Login, "{name}");
        }
        for name in ["id", "ID", "User ID", "userid", "uuid", "1Password ID"] {
            assert_eq!(kind(name), ColumnKind::Id, "{name}");
        }
    }

    #[test]
    fn columns_of_other_people_are_not_the_address() {
        for name in [
            "manager email",
            "secondEmail",
            "Home Email",
            "Recovery Email Address",
        ] {
            assert_eq!(kind(name), ColumnKind::OtherEmail, "{name}");
        }
        for name in [
            "",
            "name",
            "Email (manager)",
            "Email sent",
            "objectId",
            "Employee Number",
        ] {
            assert_eq!(kind(name), ColumnKind::Other, "{name}");
        }
    }

    #[test]
    fn names_in_the_table_are_reduced() {
        for name in EMAIL.iter().chain(LOGIN).chain(ID).chain(&OTHER_EMAIL_ENDS) {
            assert_eq!(reduced(name), *name);
        }
    }
}
