module internal AuditRules.Rules.Library
