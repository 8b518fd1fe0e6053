using Billing.Tests.Api;
using Billing.Tests.Infrastructure;
using Billing.Tests.Page;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Billing.Tests.LongestFirst))]

namespace Billing.Tests;

/// <summary>What takes minutes begins first: begun last, it would run by itself in the end, on one core of two. The rest follows in the same order everywhere.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    static readonly string[] Longest =
        [OnStorage.Name, InABrowser.Name, nameof(StormTests), nameof(PaymentTests), nameof(PaymentFaultTests), OnOneService.Name, nameof(AzureBuildTests), nameof(KilledTests), nameof(ExamplesTests)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections) where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(Place).ThenBy(collection => collection.TestCollectionDisplayName, StringComparer.Ordinal)];

    static int Place<TTestCollection>(TTestCollection collection) where TTestCollection : ITestCollection =>
        Array.FindIndex(Longest, name => collection.TestCollectionDisplayName == name || collection.TestCollectionDisplayName.Contains($".{name} ", StringComparison.Ordinal)) is >= 0 and var place ? place : Longest.Length;
}
