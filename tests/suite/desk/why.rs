//! `why`: who sees a document, an account, a party's spaces, and by which rules.

use serde_json::json;

use super::published;
use crate::support::desk::Desk;

fn why(desk: &Desk, kind: &str, id: &str) -> serde_json::Value {
    let before = desk.dump();
    let said = desk.json(&["why", kind, id]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(desk.dump(), before, "why only reads");
    said.of("why").remove(0)
}

fn audience(desk: &Desk, id: &str) -> Vec<String> {
    let readers = why(desk, "document", id)["audience"].as_array().unwrap().clone();
    readers.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// B5, C15, C20, C21, C24, H4: scope x rights, party by party.
#[test]
fn a_documents_audience_is_scope_times_rights_b5_c15_c20_c21_h4() {
    let desk = Desk::demo();
    assert_eq!(audience(&desk, "160"), ["ATRILLONBERNARD"], "C20: the account, not its building");
    assert_eq!(audience(&desk, "170"), ["MEURSAULTPAUL"], "C21: the seller's paper");
    assert_eq!(audience(&desk, "171"), ["POMMARDCLAIRE"], "C21: the buyer's");
    assert_eq!(audience(&desk, "172"), ["GIVRYJEAN"]);
    assert_eq!(audience(&desk, "173"), ["RULLYSOPHIE"]);
    assert_eq!(
        audience(&desk, "206"),
        ["TAVELLUCIE", "YALOXECORTONDENISE"],
        "C21: landlord, and the tenant of then"
    );
    assert_eq!(audience(&desk, "207"), ["LOCATAIREALBERT", "YALOXECORTONDENISE"]);
    assert_eq!(audience(&desk, "109"), ["BROUILLYALFRED"], "a council paper of GILBERT");
    assert_eq!(audience(&desk, "145"), ["VOLNAYANNE"], "H4: the president of LES VIGNES is none in LES CEPS");
    assert_eq!(
        audience(&desk, "139"),
        ["ATRILLONBERNARD", "BPETRUSPIERRE", "CLATOUR", "CLIQUOTMATHILDE", "YALOXECORTONDENISE"],
        "B5: a hole hides it from the council"
    );
    assert_eq!(audience(&desk, "140"), ["GIVRYJEAN"], "B5: and this one from the president");
    assert_eq!(audience(&desk, "141"), Vec::<String>::new(), "B11, C23");
    assert_eq!(audience(&desk, "174"), ["MEURSAULTPAUL"], "C21: a past holder keeps the account's papers");
    assert_eq!(audience(&desk, "photo:1"), ["BROUILLYALFRED"], "C24");
    let contract = audience(&desk, "105");
    assert!(
        contract.contains(&"VOLNAYANNE".to_owned()) && contract.contains(&"CHABLISMARGUERITE".to_owned()),
        "C20: entity"
    );
    assert!(
        !contract.contains(&"FLEURIEHELENE".to_owned()) && !contract.contains(&"LOCATAIREALBERT".to_owned())
    );
}

/// C2, C5, C6, C20, C22, C24, C27, G6: the verdict and its rules.
#[test]
fn a_documents_verdict_names_its_reason_and_its_rules() {
    let desk = Desk::demo();
    for (id, verdict, reason, rule) in [
        ("101", "published", "", "C15"),
        ("170", "published", "", "C21"),
        ("122", "not-asked", "", "C5"),
        ("115", "over", "", "C6"),
        ("117", "waits", "no-processing-date", "C27"),
        ("121", "waits", "future-date", "C4"),
        ("119", "refused", "no-binder", "C2"),
        ("120", "refused", "binder-fed-on-site", "B9"),
        ("163", "refused", "dangling-target", "C20"),
        ("166", "refused", "module-mismatch", "C22"),
        ("150", "superseded", "", "G6"),
        ("photo:4", "refused", "no-binder", "C24"),
    ] {
        let why = why(&desk, "document", id);
        assert_eq!(why["verdict"], verdict, "{id}");
        assert_eq!(why["reason"].as_str().unwrap_or_default(), reason, "{id}");
        assert!(why["rules"].as_array().unwrap().contains(&json!(rule)), "{id}: {why}");
    }
    assert_eq!(desk.run(&["why", "document", "99999"]).code, 2);
}

/// E2, E5, E8: a voucher answers for the lines that bear it, under the rights of the expense list.
#[test]
fn a_voucher_is_seen_where_its_lines_are_e2_e5_e8() {
    let desk = Desk::demo();
    published(&desk);
    let voucher = why(&desk, "document", "voucher:5");
    assert_eq!(
        (voucher["binder"].as_str(), voucher["concerns"].as_str()),
        (Some("INVOICES"), Some("GILBERT, VIGNES"))
    );
    let readers: Vec<&str> =
        voucher["audience"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert!(readers.contains(&"BROUILLYALFRED"), "a council member: {readers:?}");
    assert!(!readers.contains(&"CLIQUOTMATHILDE"), "a plain co-owner doesn't see invoices: {readers:?}");
    assert_eq!(desk.run(&["why", "document", "voucher:999"]).code, 2);
}

/// Rule 15: since when it was visible.
#[test]
fn a_document_is_visible_since_the_confirmation_that_showed_it() {
    let desk = Desk::demo();
    assert_eq!(why(&desk, "document", "160")["documents"], json!([]), "never published yet");
    published(&desk);
    let seen = why(&desk, "document", "160");
    let document = &seen["documents"][0];
    assert_eq!(document["live"], true);
    assert!(document["since"].as_str().unwrap().starts_with("2023-11-14T"), "{document}");
    assert_eq!(seen["last"]["confirmed_at"].as_str().unwrap(), document["since"].as_str().unwrap());
    let text = desk.run(&["why", "document", "160"]).out;
    assert!(text.contains("En ligne depuis") && text.contains("Règles\u{a0}: C2, C15, C20, B5"), "{text}");
    desk.sql("DELETE FROM event WHERE id = 160");
    assert_eq!(why(&desk, "document", "160")["verdict"], "gone", "C18");
}

/// D1, D2, D9, D11.
#[test]
fn an_accounts_verdict_names_its_rules_d1_d9_d11() {
    let desk = Desk::demo();
    published(&desk);
    let cliquot = why(&desk, "account", "450CLIQUOT");
    assert_eq!(
        (cliquot["verdict"].clone(), cliquot["live"].clone(), cliquot["documents"].clone()),
        (json!("published"), json!(true), json!(2))
    );
    assert_eq!(why(&desk, "account", "450FLEURIE")["rules"], json!(["D1"]));
    desk.sql("UPDATE extranet_settings SET inactivate_on_notice = 1, inactivate_sellers = 1");
    assert_eq!(why(&desk, "account", "412BANDOL")["verdict"], "inactive");
    assert_eq!(why(&desk, "account", "450MEURSAU")["rules"], json!(["D11"]));
    assert_eq!(why(&desk, "account", "S038/450GIVRYJE")["verdict"], "published", "he keeps a unit");
    assert_eq!(desk.run(&["why", "account", "411ALOXECA"]).code, 2);
}

/// D26, H1, H3, H4.
#[test]
fn a_partys_spaces_and_statuses_are_said_d26_h1_h3_h4() {
    let desk = Desk::demo();
    let denise = why(&desk, "party", "YALOXECORTONDENISE");
    assert_eq!(
        (denise["verdict"].clone(), denise["spaces"].clone()),
        (json!("allowed"), json!(["rental", "condo"]))
    );
    let chablis = why(&desk, "party", "CHABLISMARGUERITE");
    assert_eq!(
        chablis["statuses"],
        json!([{"building": "VIGNES", "status": "council_president"}, {"building": "CEPS", "status": "co_owner"}])
    );
    let hugo = why(&desk, "party", "CHINONHUGO");
    assert_eq!((hugo["verdict"].clone(), hugo["missing_login"].clone()), (json!("not-allowed"), json!(true)));
}
