using AuditRules.Cli.Hosting;

return CommandLine.RunProcess(args);
