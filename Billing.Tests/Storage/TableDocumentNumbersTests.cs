using Billing.Adapters.TableStorage;

namespace Billing.Tests;

[Collection(OnStorage.Name)]
public class TableDocumentNumbersTests(AzuriteFixture azurite)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A day after whatever number was given last: the tests share one series.</summary>
    static async Task<DateTimeOffset> Later(TableDocumentNumbers numbers) =>
        DateTimeOffset.FromUnixTimeSeconds(await numbers.NextAsync(A.Instant("2026-05-06T00:00:00Z"), Stop)).AddDays(1);

    [Fact]
    public async Task Twenty_callers_on_two_instances_get_different_numbers()
    {
        using var one = new TableDocumentNumbers(new(azurite.Service()));
        using var other = new TableDocumentNumbers(new(azurite.Service()));
        var now = await Later(one);

        var numbers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async caller =>
        {
            var mine = new List<long>();
            for (var count = 0; count < 10; count++) mine.Add(await (caller % 2 == 0 ? one : other).NextAsync(now, Stop));
            Assert.Equal(mine.Order(), mine);
            return mine;
        }));

        Assert.Equal(200, numbers.SelectMany(mine => mine).Distinct().Count());
        Assert.All(numbers.SelectMany(mine => mine), number => Assert.True(number >= now.ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task A_later_document_gets_the_second_it_is_issued_in()
    {
        using var numbers = new TableDocumentNumbers(azurite.Tables);
        var now = await Later(numbers);
        await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => numbers.NextAsync(now, Stop)));

        Assert.Equal(now.AddHours(1).ToUnixTimeSeconds(), await numbers.NextAsync(now.AddHours(1), Stop));
        Assert.Equal(now.AddHours(1).ToUnixTimeSeconds() + 1, await numbers.NextAsync(now.AddHours(1), Stop));
        Assert.Equal(now.AddHours(1).ToUnixTimeSeconds() + 2, await numbers.NextAsync(now, Stop)); // a clock that is behind
    }

    [Fact]
    public async Task A_caller_who_gives_up_takes_nobody_elses_number()
    {
        using var numbers = new TableDocumentNumbers(azurite.Tables);
        var now = await Later(numbers);
        using var impatient = new CancellationTokenSource();

        var waiting = Enumerable.Range(0, 10).Select(place => numbers.NextAsync(now, place % 2 == 0 ? Stop : impatient.Token)).ToList();
        await impatient.CancelAsync();
        var given = new List<long>();
        foreach (var number in waiting)
        {
            try
            {
                given.Add(await number);
            }
            catch (OperationCanceledException)
            {
                // Gave up.
            }
        }

        Assert.InRange(given.Count, 5, 10);
        Assert.Equal(given.Count, given.Distinct().Count());
        Assert.Equal(now.AddDays(1).ToUnixTimeSeconds(), await numbers.NextAsync(now.AddDays(1), Stop)); // nothing of the burst is left over
    }
}
