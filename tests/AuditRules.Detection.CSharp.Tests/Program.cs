using AuditRules.Detection.CSharp.Tests;
using AuditRules.Detection.CSharp.Tests.Hosting;

return await TestHost
    .Run("AuditRules.Detection.CSharp.Tests", args, [.. ClauseTests.All, .. ClosureTests.All])
    .ConfigureAwait(false);
