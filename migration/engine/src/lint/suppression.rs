//! Findings that a revision allows, and what is wrong with such a permission.

use crate::{Direction, project::describe::Allowed, schema::verify::LOSSY_ROLLBACK};

use super::{Finding, RuleInfo, Source};

/// The rules about suppressions.
pub const RULES: &[RuleInfo] = &[WITHOUT_REASON, UNKNOWN_RULE, FINDS_NOTHING];

const WITHOUT_REASON: RuleInfo = rule(
    "allowed-without-reason",
    "A revision allows a finding and does not say why.",
    "Write the reason for whoever reads the revision next.",
);
const UNKNOWN_RULE: RuleInfo = rule(
    "allowed-unknown-rule",
    "A revision allows a rule that does not exist.",
    "Spell it as `lint` prints it, or remove it.",
);
const FINDS_NOTHING: RuleInfo = rule(
    "allowed-finds-nothing",
    "A revision allows what no rule finds in it.",
    "Remove it: it would hide the next mistake.",
);

const fn rule(name: &'static str, summary: &'static str, instead: &'static str) -> RuleInfo {
    RuleInfo { name, summary, code: None, backend: None, versions: None, instead: Some(instead), source: Source::Own }
}

/// Writes the reasons into the findings of one revision, and adds what is wrong with the permissions.
pub fn apply(revision: &str, allowed: &[Allowed], known: impl Fn(&str) -> bool, findings: &mut Vec<Finding>) {
    let mut wrong = Vec::new();
    for permission in allowed {
        let reason = permission.reason.trim();
        let mut used = false;
        for finding in
            findings.iter_mut().filter(|finding| finding.revision == revision && finding.rule == permission.rule)
        {
            used = true;
            if !reason.is_empty() {
                finding.allowed = Some(reason.to_owned());
            }
        }
        if permission.rule == LOSSY_ROLLBACK {
            // `verify` looks for that one, on a database.
        } else if !known(permission.rule) {
            wrong.push(finding(revision, &UNKNOWN_RULE, permission, nearest(permission.rule)));
        } else if !used {
            wrong.push(finding(revision, &FINDS_NOTHING, permission, None));
        }
        if reason.is_empty() {
            wrong.push(finding(revision, &WITHOUT_REASON, permission, None));
        }
    }
    findings.extend(wrong);
}

fn nearest(name: &str) -> Option<&'static str> {
    let likeness = |rule: &RuleInfo| strsim::jaro_winkler(rule.name, name);
    let best = super::rules().into_iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(&best) > 0.8).then_some(best.name)
}

fn finding(revision: &str, rule: &RuleInfo, permission: &Allowed, meant: Option<&str>) -> Finding {
    let meant = meant.map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default();
    Finding {
        revision: revision.to_owned(),
        direction: Direction::Up,
        rule: rule.name,
        statement: String::new(),
        message: format!("`{}` is allowed. {}{meant}", permission.rule, rule.summary),
        instead: rule.instead.unwrap_or_default().to_owned(),
        source: Source::Own,
        allowed: None,
        accepted: false,
    }
}
