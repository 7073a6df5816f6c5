//! The headings and labels under which real templates ask for the standard fields, by language.
//!
//! Data only; `fold::label_key` has its way with both sides, so case, accents,
//! hyphens, articles, emoji and numbers need no entries of their own. Absent on
//! purpose: names so wide that they ask for several things at once, such as
//! `notes`, `details` or `risk and rollback`.

/// Field, then its names: en, de, fr, es, pt, ja; `|` between the names.
pub(crate) const ALIASES: [(&str, [&str; 6]); 17] = [
    (
        "summary",
        [
            "summary|description|overview|change summary|change description|description of change|summary of change|\
             summary of changes|description of changes|what|what changed|what is changing|what does this change|\
             what does this pr do|what does this change do|what does this pull request do|what changes|what is this|\
             what was changed|what have you changed|changes|proposed changes|change overview|tl;dr|tldr|change details|\
             pr description|short description|executive summary|what's changed|what is being changed|purpose of change|\
             what are the changes|change",
            "zusammenfassung|beschreibung|überblick|änderung|änderungen|was ändert sich|was wird geändert|\
             beschreibung der änderung|kurzbeschreibung|was macht dieser pr|änderungsbeschreibung|was wurde geändert",
            "résumé|description|aperçu|changements|modifications|description du changement|résumé du changement|\
             description de la modification|que fait cette pr|quoi|qu'est-ce qui change|synthèse",
            "resumen|descripción|descripción del cambio|resumen del cambio|cambios|qué cambia|qué|qué hace este pr|\
             descripción general|cambios realizados",
            "resumo|descrição|descrição da mudança|resumo da mudança|mudanças|alterações|o que muda|o que|\
             descrição da alteração|o que este pr faz|o que foi feito",
            "概要|変更内容|変更概要|変更の概要|説明|サマリー|要約|変更点|内容|やったこと|対応内容|何を変更したか",
        ],
    ),
    (
        "reason",
        [
            "reason|why|motivation|justification|business justification|reason for change|reason for the change|\
             rationale|change rationale|context|background|background and context|motivation and context|context and motivation|\
             why is this change needed|why is this needed|why are we doing this|why are we making this change|\
             why is this change being made|business reason|business need|business case|purpose|problem|problem statement|\
             what problem does this solve|why this change|why was this change needed|reason for this pr|change justification|\
             what is the motivation|goal|objective|business value|reasons|why do we need this|justification for change|\
             what is the reason for this change|need for change",
            "grund|begründung|warum|motivation|hintergrund|kontext|anlass|zweck|ziel|grund der änderung|\
             warum ist das nötig|begründung der änderung|geschäftliche begründung|änderungsgrund",
            "raison|pourquoi|motivation|justification|contexte|motif|objectif|but|raison du changement|\
             justification du changement|pourquoi ce changement|motif du changement",
            "motivo|razón|por qué|motivación|justificación|contexto|antecedentes|objetivo|motivo del cambio|\
             razón del cambio|justificación del cambio|propósito",
            "motivo|razão|por que|por quê|porquê|motivação|justificativa|justificação|contexto|objetivo|\
             motivo da mudança|justificativa da mudança|razão da mudança|finalidade",
            "理由|変更理由|背景|目的|動機|なぜ|変更の理由|変更の目的|経緯|背景・目的|背景と目的|必要性",
        ],
    ),
    (
        "type",
        [
            "type|change type|type of change|change category|category of change|change class|change classification|\
             classification|type of change request|kind of change|itil type|itil change type|what type of change is this|\
             change request type|category",
            "art|typ|art der änderung|änderungstyp|änderungsart|änderungskategorie|typ der änderung|kategorie|change-typ",
            "type de changement|type|catégorie|type de modification|nature du changement|catégorie de changement",
            "tipo|tipo de cambio|categoría|clase de cambio|categoría del cambio|tipo del cambio",
            "tipo|tipo de mudança|tipo da mudança|categoria|tipo de alteração|classe da mudança|categoria da mudança",
            "種別|変更種別|変更の種類|種類|変更タイプ|タイプ|変更区分|区分|変更の種別",
        ],
    ),
    (
        "risk",
        [
            "risk|risks|risk level|risk assessment|risk rating|risk analysis|risk class|risk classification|risk category|\
             level of risk|overall risk|change risk|risk of change|deployment risk|release risk|risk score|risk evaluation|\
             declared risk|what is the risk|what is the risk level|how risky is this change|how risky is this|\
             risk of this change|risk level of change|inherent risk|residual risk|risk profile|what is the risk of this change|\
             risk factor|estimated risk|main risk|main risks|risk tier|risks involved|potential risks|risk severity|blast radius and risk",
            "risiko|risiken|risikostufe|risikobewertung|risikoeinschätzung|risikoanalyse|risikoklasse|risikolevel|\
             wie hoch ist das risiko|einschätzung des risikos|hauptrisiken",
            "risque|risques|niveau de risque|évaluation des risques|évaluation du risque|analyse de risque|\
             analyse des risques|risque du changement|classe de risque|risques principaux",
            "riesgo|riesgos|nivel de riesgo|evaluación de riesgo|evaluación de riesgos|evaluación del riesgo|\
             análisis de riesgo|análisis de riesgos|riesgo del cambio|clase de riesgo|riesgos principales",
            "risco|riscos|nível de risco|avaliação de risco|avaliação de riscos|avaliação do risco|análise de risco|\
             análise de riscos|risco da mudança|classe de risco|grau de risco|principais riscos",
            "リスク|リスクレベル|主要リスク|リスク評価|リスク分析|リスク度|危険度|想定リスク|リスク判定|主なリスク|変更リスク",
        ],
    ),
    (
        "impact",
        [
            "impact|user impact|customer impact|business impact|impact assessment|impact analysis|impact on users|\
             impact on customers|who is affected|who is impacted|who will be affected|expected impact|service impact|\
             client impact|affected users|impact on users and customers|what is the impact|impact of change|\
             impact of this change|end user impact|impacted users|downtime|expected downtime|blast radius|production impact|\
             user facing impact|user-facing changes|does this pr introduce a user-facing change|scope of impact|\
             what is the customer impact|potential impact|operational impact|impact summary",
            "auswirkung|auswirkungen|auswirkungen auf nutzer|auswirkungen auf benutzer|auswirkungen auf kunden|\
             kundenauswirkung|wer ist betroffen|betroffene nutzer|auswirkungsanalyse|ausfallzeit|betroffene benutzer|folgen",
            "impact|impacts|impact utilisateur|impact utilisateurs|impact client|impact métier|impact attendu|\
             analyse d'impact|qui est concerné|utilisateurs concernés|conséquences|impact sur les utilisateurs",
            "impacto|impacto en usuarios|impacto en clientes|impacto al usuario|impacto en el negocio|\
             análisis de impacto|usuarios afectados|quién se ve afectado|impacto esperado|impacto en los usuarios",
            "impacto|impacto no usuário|impacto nos usuários|impacto no cliente|impacto nos clientes|\
             impacto no negócio|análise de impacto|usuários afetados|quem é afetado|impacto esperado",
            "影響|影響範囲|ユーザー影響|ユーザーへの影響|顧客影響|顧客への影響|業務影響|影響分析|影響度|利用者影響|お客様影響|利用者への影響",
        ],
    ),
    (
        "security_impact",
        [
            "security impact|security|security considerations|security implications|security review|security assessment|\
             security and privacy|security concerns|security risk|security risks|security notes|does this change affect security|\
             any security risks|are there any security implications|security impact assessment|security analysis|\
             privacy and security|security checklist|security impact analysis|impact on security",
            "sicherheit|sicherheitsauswirkungen|sicherheitsauswirkung|auswirkungen auf die sicherheit|sicherheitsaspekte|\
             sicherheitsbetrachtung|sicherheitsprüfung|security-auswirkungen",
            "sécurité|impact sécurité|impact sur la sécurité|impact de sécurité|considérations de sécurité|\
             implications de sécurité|analyse de sécurité",
            "seguridad|impacto de seguridad|impacto en la seguridad|impacto en seguridad|consideraciones de seguridad|\
             implicaciones de seguridad|análisis de seguridad",
            "segurança|impacto de segurança|impacto na segurança|impacto em segurança|considerações de segurança|\
             implicações de segurança|análise de segurança",
            "セキュリティ|セキュリティ影響|セキュリティへの影響|セキュリティ上の影響|セキュリティ考慮事項|セキュリティ面|セキュリティの影響",
        ],
    ),
    (
        "services",
        [
            "services|service|affected services|affected service|impacted services|services affected|services impacted|\
             affected systems|impacted systems|systems affected|systems impacted|affected components|impacted components|\
             components affected|affected applications|impacted applications|configuration items|configuration item|\
             affected configuration items|which services are affected|service name|application name|service or application|\
             affected modules|affected areas|components|systems|applications",
            "dienste|dienst|betroffene dienste|betroffene services|betroffene systeme|betroffene komponenten|\
             betroffene anwendungen|systeme|komponenten|anwendungen",
            "services|services concernés|services impactés|services affectés|systèmes concernés|systèmes impactés|\
             composants concernés|applications concernées|composants impactés|applications impactées",
            "servicios|servicio|servicios afectados|sistemas afectados|componentes afectados|aplicaciones afectadas|\
             servicios impactados|sistemas impactados",
            "serviços|serviço|serviços afetados|serviços impactados|sistemas afetados|sistemas impactados|\
             componentes afetados|aplicações afetadas|aplicações impactadas",
            "サービス|対象サービス|影響サービス|対象システム|影響システム|影響を受けるサービス|影響を受けるシステム|対象コンポーネント|対象アプリケーション",
        ],
    ),
    (
        "environments",
        [
            "environments|environment|target environment|target environments|affected environments|affected environment|\
             env|envs|env to apply|environments to apply|environment to apply|deployment environment|deployment environments|\
             deploy to|which environments|target env|target envs|env affected|deployment target|deployment targets|\
             environment to deploy|environments to deploy|environments affected|apply to environments|stage|stages",
            "umgebung|umgebungen|zielumgebung|zielumgebungen|betroffene umgebungen|betroffene umgebung|einsatzumgebung",
            "environnement|environnements|environnement cible|environnements cibles|environnements concernés|\
             environnement concerné|environnements impactés",
            "entorno|entornos|entorno destino|entorno de destino|entornos afectados|ambiente|ambientes|\
             ambientes afectados|entorno objetivo",
            "ambiente|ambientes|ambiente alvo|ambientes afetados|ambiente de destino|ambientes impactados|ambiente de implantação",
            "環境|対象環境|適用環境|リリース環境|デプロイ先|デプロイ環境|適用先環境|反映環境",
        ],
    ),
    (
        "test_plan",
        [
            "test plan|testing|tests|test|test results|test evidence|testing done|testing performed|how was this tested|\
             how has this been tested|how did you test this|how did you test|how did you test this change|how did you test this pr|how did you test these changes|how was this pr tested|how have these changes been tested|how to test|how to test this|how tested|\
             testing plan|testing strategy|test strategy|testing instructions|testing notes|testing steps|test steps|\
             verification|verification plan|verification steps|validation|validation plan|validation steps|qa|qa plan|\
             qa notes|qa steps|qa instructions|test cases|manual testing|tested|steps to test|how was it tested|\
             how to verify|how to verify it|how do we test this|how can this be tested|test plan and results|\
             test plan and evidence|testing evidence|test coverage|how have you tested this|how has this change been tested|\
             evidence of testing|how will this be tested|how will it be tested|what testing has been done|tests performed|\
             testing and verification|testing details|how was this change tested|proof of testing|proof it works",
            "testplan|test|tests|testen|testergebnisse|testnachweis|testfälle|testbeschreibung|wie wurde getestet|\
             wie wurde das getestet|testdurchführung|verifikation|validierung|überprüfung|wie testen|teststrategie",
            "plan de test|plan de tests|tests|test|résultats des tests|résultats de test|tests effectués|\
             comment tester|comment cela a-t-il été testé|vérification|validation|stratégie de test|preuve de test|recette|plan de recette",
            "plan de pruebas|pruebas|plan de prueba|prueba|resultados de pruebas|resultados de las pruebas|\
             cómo se probó|cómo se ha probado|cómo probar|verificación|validación|pruebas realizadas|evidencia de pruebas",
            "plano de testes|plano de teste|testes|teste|resultados dos testes|resultado dos testes|como foi testado|\
             como testar|verificação|validação|testes realizados|evidência de testes|evidências de teste|estratégia de testes",
            "テスト|テスト計画|テスト結果|テスト内容|テスト方法|動作確認|動作確認方法|確認方法|検証|検証方法|検証結果|試験|試験計画|試験結果|確認内容|テスト手順|確認手順|動作確認内容",
        ],
    ),
    (
        "backout",
        [
            "backout|backout plan|back-out plan|back out plan|back out|rollback|rollback plan|roll back plan|roll back|\
             rollback procedure|rollback steps|rollback strategy|rollback instructions|recovery|recovery plan|\
             recovery procedure|revert plan|revert|reverting|how to revert|how to roll back|how to rollback|how do we roll back|\
             how do we rollback|how will this be rolled back|how will we roll back|backout procedure|backout steps|\
             backout strategy|remediation plan|contingency plan|contingency|fallback plan|fallback|undo plan|reversal plan|\
             rollback process|rollback details|back-out procedure|what is the rollback plan|what is the backout plan|\
             rollback approach|deployment rollback plan|regression plan|how can this be rolled back|how can this be reverted|\
             steps to roll back|steps to rollback|roll-back plan|rollback considerations|restore plan|rollback and recovery",
            "rückfallplan|rollback|rollback-plan|rollbackplan|rückbau|rückbauplan|wiederherstellung|wiederherstellungsplan|\
             rücknahme|rücknahmeplan|rückfallszenario|fallback-plan|fallbackplan|zurückrollen|rückfallebene|notfallplan|\
             rollback-strategie|backout-plan|rückabwicklung",
            "plan de retour arrière|retour arrière|retour en arrière|rollback|plan de rollback|procédure de rollback|\
             procédure de retour arrière|plan de repli|plan de secours|plan de restauration|plan de retour en arrière|\
             plan de reprise|annulation|plan d'annulation",
            "plan de reversión|reversión|rollback|plan de rollback|procedimiento de rollback|plan de marcha atrás|\
             marcha atrás|plan de retroceso|plan de recuperación|plan de contingencia|procedimiento de reversión|\
             vuelta atrás|plan de vuelta atrás|estrategia de reversión",
            "plano de reversão|reversão|rollback|plano de rollback|procedimento de rollback|plano de retorno|\
             plano de recuperação|plano de contingência|procedimento de reversão|estratégia de rollback|plano de retrocesso|como reverter",
            "切り戻し|切り戻し手順|切戻し|切戻し手順|切り戻し計画|切戻手順|ロールバック|ロールバック手順|ロールバック計画|ロールバック方法|復旧手順|復旧計画|戻し手順|バックアウト|バックアウト計画|バックアウトプラン|リカバリ手順|リカバリー手順|切り戻し方法|切戻し計画",
        ],
    ),
    (
        "reversible",
        [
            "reversible|can this pr be safely reverted|can this pr be safely reverted and rolled back|can this be safely reverted|\
             can this change be safely reverted|can this be reverted|can this change be reverted|can this be rolled back|\
             can this change be rolled back|is this reversible|is this change reversible|is it safe to revert|safe to revert|\
             safe to rollback|safe to roll back|is this safe to revert|is this safe to roll back|revertable|revertible|\
             can we roll back|can we revert|is rollback possible|rollback possible|can this pull request be safely reverted|\
             can this pr be reverted|can this pr be rolled back|is it safe to roll back",
            "umkehrbar|reversibel|rückgängig machbar|kann die änderung zurückgenommen werden|ist ein rollback möglich|\
             rollback möglich|kann das zurückgerollt werden",
            "réversible|ce changement est-il réversible|retour arrière possible|peut-on revenir en arrière|rollback possible",
            "reversible|es reversible|se puede revertir|se puede revertir de forma segura|rollback posible",
            "reversível|é reversível|pode ser revertido|pode ser revertido com segurança|rollback possível",
            "切り戻し可否|切戻し可否|ロールバック可否|切り戻し可能|ロールバック可能|復元可能",
        ],
    ),
    (
        "communication",
        [
            "communication|communications|communication plan|communications plan|who needs to know|stakeholders|\
             notifications|notification|notification plan|stakeholder communication|customer communication|announcement|\
             announcements|who should be notified|who needs to be notified|who has been notified|who was notified|\
             who has been informed|notify|informed parties|comms|comms plan|who should know|stakeholder notification|\
             internal communication|external communication|release communication",
            "kommunikation|kommunikationsplan|wer muss informiert werden|wer muss es wissen|benachrichtigung|\
             benachrichtigungen|stakeholder|ankündigung|information der betroffenen|information",
            "communication|plan de communication|qui doit être informé|qui informer|notifications|parties prenantes|annonce|personnes à informer",
            "comunicación|plan de comunicación|comunicaciones|a quién informar|quién debe saberlo|notificaciones|\
             partes interesadas|interesados|anuncio",
            "comunicação|plano de comunicação|comunicações|quem precisa saber|quem deve ser informado|notificações|\
             partes interessadas|interessados|anúncio",
            "連絡|連絡先|周知|周知先|告知|通知|通知先|関係者|関係者への連絡|コミュニケーション|コミュニケーション計画|周知事項|連絡事項",
        ],
    ),
    (
        "window",
        [
            "window|change window|maintenance window|deployment window|release window|implementation window|planned window|\
             schedule|change schedule|deployment schedule|planned schedule|scheduled window|when|when will this be deployed|\
             when will this happen|scheduled for|timing|implementation schedule|planned date|deployment date|deployment time|\
             scheduled time|planned time|date and time|change date|planned date and time|deployment date and time|release date|\
             planned deployment|outage window|planned implementation",
            "wartungsfenster|änderungsfenster|zeitfenster|zeitplan|wann|geplanter zeitraum|zeitraum|termin|\
             durchführungszeitraum|geplanter termin|umsetzungszeitraum|change-fenster",
            "fenêtre|fenêtre de changement|fenêtre de maintenance|fenêtre de déploiement|créneau|quand|calendrier|planning|\
             planification|date prévue|plage de maintenance|fenêtre d'intervention",
            "ventana|ventana de cambio|ventana de mantenimiento|ventana de despliegue|cuándo|calendario|horario|\
             fecha prevista|programación|fecha y hora|planificación",
            "janela|janela de mudança|janela de manutenção|janela de implantação|quando|cronograma|calendário|horário|\
             data prevista|agendamento|data e hora",
            "作業時間|作業日時|実施日時|実施予定日時|リリース日時|メンテナンス時間|メンテナンスウィンドウ|変更ウィンドウ|作業予定|日程|スケジュール|予定日時|リリース予定日|実施時間帯|作業時間帯",
        ],
    ),
    (
        "implementer",
        [
            "implementer|implementor|change implementer|implemented by|who will implement|who will implement this|\
             change owner|deployer|deployed by|who will deploy|who will deploy this|change assignee|assigned implementer|\
             release owner|performed by|executed by|executor|who is implementing|who implements|operator|implementation owner|person responsible|responsible",
            "umsetzer|durchführender|durchgeführt von|verantwortlich|verantwortlicher|umgesetzt von|wer führt durch|\
             wer setzt um|ausführender|verantwortliche person",
            "responsable|exécutant|réalisé par|mis en œuvre par|qui met en œuvre|implémenteur|intervenant|responsable du changement",
            "responsable|implementador|ejecutor|implementado por|ejecutado por|quién lo implementa|responsable del cambio",
            "responsável|implementador|executor|implementado por|executado por|quem implementa|responsável pela mudança",
            "実施者|作業者|担当者|実装者|担当|作業担当者|作業担当|リリース担当者|変更実施者",
        ],
    ),
    (
        "monitoring",
        [
            "monitoring|monitoring plan|observability|how will this be monitored|how will we monitor|how do we monitor this|\
             how will you monitor|dashboards|alerts|metrics|post-deployment monitoring|post deployment monitoring|\
             post-deployment verification|post deployment verification|post-deploy verification|success criteria|\
             post-implementation verification|post-deployment checks|monitoring and alerting|monitoring and alerts|\
             how will we know it works|how will we know this works|what will you monitor|what will be monitored|\
             health checks|observability plan|post release monitoring|how to monitor",
            "überwachung|monitoring|beobachtung|wie wird überwacht|überwachungsplan|erfolgskriterien|metriken|dashboards|monitoring-plan",
            "surveillance|monitoring|supervision|plan de surveillance|comment surveiller|critères de succès|métriques|observabilité",
            "monitorización|monitoreo|supervisión|plan de monitoreo|plan de monitorización|cómo se monitorea|\
             criterios de éxito|métricas|observabilidad",
            "monitoramento|monitorização|monitoração|plano de monitoramento|como será monitorado|critérios de sucesso|métricas|observabilidade",
            "監視|モニタリング|監視方法|監視計画|監視項目|モニタリング計画|モニタリング方法|確認メトリクス|成功基準|監視内容",
        ],
    ),
    (
        "ticket",
        [
            "ticket|tickets|change ticket|issue|issues|jira|jira ticket|jira issue|jira link|ticket link|link to ticket|\
             ticket number|ticket id|related issue|related issues|related ticket|related tickets|linked issue|linked issues|\
             issue link|change request|change request number|change number|change id|cr number|servicenow|servicenow ticket|\
             service now ticket|snow ticket|rfc|rfc number|change record|issue number|linear|linear ticket|linear issue|\
             github issue|tracking issue|issue ticket number and link|issue ticket number|ticket reference|task|story|work item|\
             jira ticket link|chg|chg number|jira reference|link to jira|azure devops work item|shortcut story|fixes issue",
            "ticket|vorgang|ticketnummer|vorgangsnummer|change-nummer|änderungsantrag|jira-ticket|zugehöriges ticket|issue|aufgabe|änderungsnummer",
            "ticket|numéro de ticket|demande de changement|ticket jira|lien du ticket|tâche|ticket associé|numéro de changement",
            "ticket|tique|número de ticket|solicitud de cambio|ticket jira|tarea|incidencia|ticket relacionado|número de cambio",
            "ticket|chamado|número do ticket|requisição de mudança|solicitação de mudança|tarefa|ticket jira|número da mudança|card",
            "チケット|チケット番号|課題|課題番号|変更番号|変更申請番号|関連チケット|関連issue|issue番号|チケットurl|チケットリンク|関連課題",
        ],
    ),
    (
        "depends_on",
        [
            "depends on|dependencies|dependency|blocked by|depends upon|prerequisites|prerequisite|requires|\
             dependent changes|dependent prs|related prs|related pull requests|dependent on|depends|upstream dependencies|change dependencies",
            "abhängigkeiten|abhängigkeit|abhängig von|hängt ab von|voraussetzungen|blockiert durch|voraussetzung",
            "dépendances|dépendance|dépend de|prérequis|bloqué par",
            "dependencias|dependencia|depende de|requisitos previos|prerrequisitos|bloqueado por",
            "dependências|dependência|depende de|pré-requisitos|pré-requisito|bloqueado por",
            "依存|依存関係|依存先|前提|前提条件|依存するpr|前提となる変更",
        ],
    ),
];

/// Names that templates also use for a question of another kind: over options that are all
/// foreign to the field, such as `Bug fix` and `New feature`, they do not ask for it.
pub(crate) const ALSO_ASKED_OTHERWISE: [&str; 1] = ["type"];

/// Names of the parts of a window.
pub(crate) const WINDOW_STARTS: &str = "start|starts|begin|begins|from|start time|start date|start date and time|planned start|planned start time|\
    planned start date|window start|change start|scheduled start|start at|starts at|start of window|proposed start|implementation start|\
    beginn|anfang|von|startzeit|geplanter start|geplanter beginn|début|de|date de début|heure de début|début prévu|inicio|desde|hora de inicio|\
    fecha de inicio|inicio planificado|inicio previsto|início|hora de início|data de início|início planejado|início previsto|開始|開始日時|開始時刻|作業開始|開始予定|開始時間|開始予定日時";

/// The other end.
pub(crate) const WINDOW_ENDS: &str = "end|ends|finish|to|until|end time|end date|end date and time|planned end|planned end time|planned end date|\
    window end|change end|scheduled end|end at|ends at|end of window|proposed end|stop|implementation end|planned finish|ende|bis|endzeit|geplantes ende|\
    fin|à|jusqu'à|date de fin|heure de fin|fin prévue|hasta|hora de fin|fecha de fin|fin planificado|fin previsto|fim|até|término|hora de término|\
    data de término|data de fim|fim planejado|fim previsto|終了|終了日時|終了時刻|作業終了|終了予定|終了時間|終了予定日時";

/// The zone of both.
pub(crate) const WINDOW_ZONES: &str = "zone|time zone|timezone|tz|zeitzone|fuseau horaire|fuseau|zona horaria|huso horario|fuso horário|fuso|タイムゾーン|時間帯";

/// Of those, the words that name a part of a window only inside of one.
pub(crate) const ONLY_WITHIN: [&str; 14] =
    ["from", "to", "until", "von", "bis", "de", "a", "desde", "hasta", "ate", "fin", "fim", "stop", "finish"];
