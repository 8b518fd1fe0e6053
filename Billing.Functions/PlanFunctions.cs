using Billing.Accounts;
using Billing.Functions.Http;
using Billing.Plans;
using Billing.Values;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Billing.Functions;

/// <summary>Changing the plan: previewed to the cent, then ordered with the preview's confirmation.</summary>
public sealed class PlanFunctions(Api api, Answers answers, Accounts.Accounts accounts, Terms terms)
{
    [Function("PreviewPlanChange")]
    public Task<IResult> PreviewAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "accounts/{accountId}/plan-changes/preview")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync<PlanBody>(request, accountId, Allow.Order, async (call, body) => Answers.Preview(
            await accounts.PreviewAsync(call.Command(body), (account, today, _) => Task.FromResult(Decide(account, body.Plan, today)), cancellation)),
            cancellation, limited: Limited.Previews);

    [Function("ChangePlan")]
    public Task<IResult> ChangeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "accounts/{accountId}/plan-changes")] HttpRequest request, string accountId, CancellationToken cancellation) =>
        api.AccountAsync<PlanOrderBody>(request, accountId, Allow.Order, async (call, body) => await answers.OfAsync(
            await accounts.OrderAsync(call.Command(body, body.Confirmation), (account, today, _) => Task.FromResult(Decide(account, body.Plan, today)), cancellation),
            cancellation), cancellation);

    Decision<Order> Decide(Account account, string plan, DateOnly today) =>
        ChangePlan.Decide(account, terms, plan, today).Then<Order>(changed => ChangePlan.Order(account, terms, changed, today));
}
