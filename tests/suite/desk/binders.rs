//! `binders`: made, renamed, their rights.

use serde_json::json;

use super::{outcome, rehearsed};
use crate::support::desk::Desk;

/// B1, B8, B9, B11.
#[test]
fn a_new_binder_has_no_right_ticked_and_stands_in_one_of_its_module_b8_b9_b11() {
    let desk = Desk::demo();
    let said = desk.run(&["binders", "create", "--module", "syndic", "QUOTES=Devis votés", "=x"]);
    assert_eq!(said.code, 2, "a pair without a code is not understood");
    let said = rehearsed(
        &desk,
        &[
            "binders",
            "create",
            "--module",
            "syndic",
            "--parent",
            "WORKS",
            "QUOTES=Devis votés",
            "INVOICES=Autre",
        ],
    );
    assert_eq!(
        said.outcomes(),
        [outcome("QUOTES", "done", ""), outcome("INVOICES", "refused", "code-taken")]
    );
    let rights: i64 = desk.one(
        "SELECT right_landlord + right_tenant + right_co_owner + right_council_member + right_council_president + right_provider
           FROM binder WHERE code = 'QUOTES'",
    );
    assert_eq!(rights, 0, "B11");
    for (parent, reason) in
        [("SYNDIC_DOCUMENTS", "fed-on-site"), ("R_LETTERS", "wrong-module"), ("NONE", "not-found")]
    {
        let said = desk.json(&["binders", "create", "--module", "condo", "--parent", parent, "NEW=Neuf"]);
        assert_eq!(said.outcomes(), [outcome("NEW", "refused", reason)]);
    }
}

/// B2: a locked name refuses; documents don't move.
#[test]
fn renaming_keeps_the_code_and_a_locked_name_refuses_b2() {
    let desk = Desk::demo();
    let said =
        rehearsed(&desk, &["binders", "rename", "WORKS=Travaux", "INVOICES=Achats", "NOPE=x", "MISC="]);
    assert_eq!(
        said.outcomes(),
        [
            outcome("WORKS", "done", ""),
            outcome("INVOICES", "refused", "name-locked"),
            outcome("NOPE", "refused", "not-found"),
            outcome("MISC", "refused", "no-name"),
        ]
    );
    let template: i64 = desk.one("SELECT binder_id FROM event_template WHERE code = 'DEVIS'");
    assert_eq!(template, 12);
}

/// B3, B4, B5, B9, E2.
#[test]
fn rights_are_written_as_ticked_and_a_hole_is_said_b5() {
    let desk = Desk::demo();
    let said = rehearsed(
        &desk,
        &[
            "binders",
            "rights",
            "MISC",
            "INVOICES",
            "SYNDIC_DOCUMENTS",
            "R_LETTERS",
            "--set",
            "co-owner,member",
        ],
    );
    assert_eq!(
        said.outcomes(),
        [
            outcome("MISC", "done", ""),
            outcome("INVOICES", "done", ""),
            outcome("SYNDIC_DOCUMENTS", "refused", "fed-on-site"),
            outcome("R_LETTERS", "refused", "wrong-module"),
        ]
    );
    assert_eq!(said.notices("MISC"), ["rights-hole"], "B5: not for the president");
    let invoices = desk.json(&["binders", "rights", "INVOICES", "--tick", "president"]);
    assert_eq!(invoices.notices("INVOICES"), ["expense-rights"], "E2");
    let boxes: String = desk.one(
        "SELECT right_co_owner || right_council_member || right_council_president || right_provider FROM binder WHERE code = 'MISC'",
    );
    assert_eq!(boxes, "1100");
    assert_eq!(desk.json(&["binders", "rights", "MISC", "--none"]).outcomes(), [outcome("MISC", "done", "")]);
    let list = desk.json(&["binders", "list"]);
    let misc = list.of("record").into_iter().find(|line| line["code"] == "MISC").unwrap();
    assert_eq!(misc["rights"], json!([]));
}
