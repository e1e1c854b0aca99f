using AuditRules.Cli.Hosting;

return CommandLine.Run(args, CliHost.OfProcess());
