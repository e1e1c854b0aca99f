module internal AuditRules.Scripting.Library
