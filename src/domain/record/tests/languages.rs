//! Headings and choices in the six languages of the alias packs.

use super::{check, codes};
use crate::record::{FieldSet, fold};

#[test]
fn headings_and_choices() {
    for (heading, answer, expected) in [
        ("Risikobewertung", "Niedrig - nur Text", "risk present: low [nur Text]"),
        ("Rückfallplan", "zurückrollen", "backout present: zurückrollen"),
        ("Ruckfallplan", "zurückrollen", "backout present: zurückrollen"),
        ("Begründung", "schneller", "reason present: schneller"),
        ("Testplan", "von Hand", "test_plan present: von Hand"),
        ("Art der Änderung", "Notfall", "type present: emergency"),
        ("Auswirkungen auf Nutzer", "Keine", "impact none"),
        ("Niveau de risque", "Élevé", "risk present: high"),
        ("Plan de retour arrière", "git revert", "backout present: git revert"),
        ("Raison du changement", "vitesse", "reason present: vitesse"),
        ("Type de changement", "Urgence", "type present: emergency"),
        ("Évaluation des risques", "Faible", "risk present: low"),
        ("Impact utilisateur", "Aucun", "impact none"),
        ("Nivel de riesgo", "Medio", "risk present: medium"),
        ("Plan de reversión", "revertir", "backout present: revertir"),
        ("¿Por qué?", "velocidad", "reason present: velocidad"),
        ("Tipo de cambio", "Estándar", "type present: standard"),
        ("Plan de pruebas", "a mano", "test_plan present: a mano"),
        ("Nível de risco", "Crítico", "risk present: critical"),
        ("Plano de reversão", "reverter", "backout present: reverter"),
        ("Tipo de mudança", "Padrão", "type present: standard"),
        ("Motivo da mudança", "velocidade", "reason present: velocidade"),
        ("リスク", "低（文章のみ）", "risk present: low [文章のみ]"),
        ("リスク：", "高", "risk present: high"),
        ("ﾘｽｸ", "低", "risk present: low"),
        ("切り戻し手順", "リバート", "backout present: リバート"),
        ("変更種別", "緊急", "type present: emergency"),
        ("影響範囲", "特になし", "impact none"),
        ("テスト計画", "手動", "test_plan present: 手動"),
        (
            "作業日時",
            "2026-01-30 13:00 〜 15:00 Asia/Tokyo",
            "window present: 2026-01-30T04:00:00Z to 2026-01-30T06:00:00Z",
        ),
        ("監視方法", "ダッシュボード", "monitoring present: ダッシュボード"),
    ] {
        check(&format!("## {heading}\n{answer}\n"), expected);
        check(&format!("**{heading}**: {answer}\n"), expected);
    }
}

#[test]
fn real_headings_in_english() {
    for (heading, field) in [
        ("What does this PR do?", "summary"),
        ("Describe your changes", ""),
        ("📝 Description", "summary"),
        ("Motivation and Context", "reason"),
        ("Why is this change needed?", "reason"),
        ("How Has This Been Tested?", "test_plan"),
        ("How did you test this change?", "test_plan"),
        ("Testing instructions", "test_plan"),
        ("Backout Plan", "backout"),
        ("Back-out / Rollback plan", "backout"),
        ("Rollback and recovery plan", "backout"),
        ("Roll-back steps", "backout"),
        ("Who needs to know?", "communication"),
        ("Does this PR introduce a user-facing change?", "impact"),
        ("Security considerations", "security_impact"),
        ("Affected services", "services"),
        ("Env to apply", "environments"),
        ("Maintenance window", "window"),
        ("Post-deployment verification", "monitoring"),
        ("Issue ticket number and link", "ticket"),
        ("Depends on", "depends_on"),
        ("Implemented by", "implementer"),
        ("Checklist", ""),
        ("Screenshots", ""),
    ] {
        let (record, _) = super::read(&format!("## {heading}\nsomething\n"));
        let found: Vec<&str> = record.answers.keys().map(crate::record::FieldId::as_str).collect();
        let expected: Vec<&str> = if field.is_empty() { Vec::new() } else { vec![field] };
        assert_eq!(found, expected, "{heading}");
    }
}

#[test]
fn no_alias_leads_to_two_fields() {
    let fields = FieldSet::standard();
    let mut seen = std::collections::BTreeMap::new();
    for spec in fields.iter() {
        assert!(spec.aliases.len() > 20, "`{}` has few names", spec.id);
        for (alias, _) in &spec.aliases {
            let other = seen.insert(fold::label_key(alias), &spec.id);
            assert!(other.is_none_or(|other| *other == spec.id), "`{alias}` leads to `{}` and to {other:?}", spec.id);
        }
    }
}

#[test]
fn a_type_of_change_of_another_sort_is_another_question() {
    check("## Type of change\n- [x] Bug fix\n- [ ] New feature\n", "type absent");
    check("## Type of change\n- [x] Normal\n- [ ] Emergency\n", "type present: normal");
    assert!(codes("## Type of change\n- [x] Bug fix\n- [ ] New feature\n").is_empty());
}
