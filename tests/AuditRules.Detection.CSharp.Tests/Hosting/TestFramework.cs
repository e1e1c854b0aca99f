using System.Diagnostics;
using Microsoft.Testing.Platform.Extensions.Messages;
using Microsoft.Testing.Platform.Extensions.TestFramework;
using Microsoft.Testing.Platform.Requests;

namespace AuditRules.Detection.CSharp.Tests.Hosting;

/// <summary>The tests of this program for Microsoft.Testing.Platform, one after another.</summary>
sealed class TestFramework(IReadOnlyList<NamedTest> tests, List<TestOutcome> outcomes)
    : ITestFramework,
        IDataProducer
{
    public string Uid => "auditrules-csharp";

    public string Version => "1.0.0";

    public string DisplayName => "Tests in C#";

    public string Description => "Tests of the C# libraries without F#.";

    public Type[] DataTypesProduced => [typeof(TestNodeUpdateMessage)];

    public Task<bool> IsEnabledAsync() => Task.FromResult(true);

    public Task<CreateTestSessionResult> CreateTestSessionAsync(CreateTestSessionContext context) =>
        Task.FromResult(new CreateTestSessionResult { IsSuccess = true });

    public Task<CloseTestSessionResult> CloseTestSessionAsync(CloseTestSessionContext context) =>
        Task.FromResult(new CloseTestSessionResult { IsSuccess = true });

    public async Task ExecuteRequestAsync(ExecuteRequestContext context)
    {
        try
        {
            var session = context.Request.Session.SessionUid;
            foreach (var test in tests)
            {
                var state =
                    context.Request is DiscoverTestExecutionRequest
                        ? DiscoveredTestNodeStateProperty.CachedInstance
                        : Run(test);
                var node = new TestNode
                {
                    Uid = new(test.Name),
                    DisplayName = test.Name,
                    Properties = new(state),
                };
                await context
                    .MessageBus.PublishAsync(this, new TestNodeUpdateMessage(session, node))
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            context.Complete();
        }
    }

    IProperty Run(NamedTest test)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            test.Run();
            outcomes.Add(new(test.Name, clock.Elapsed, null));
            return PassedTestNodeStateProperty.CachedInstance;
        }
#pragma warning disable CA1031 // Whatever a test throws is its failure.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            outcomes.Add(new(test.Name, clock.Elapsed, failure.Message));
            return new FailedTestNodeStateProperty(failure, failure.Message);
        }
    }
}
