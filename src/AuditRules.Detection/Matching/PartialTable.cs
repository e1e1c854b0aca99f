using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>What became of a partial match that was to be kept.</summary>
enum Insertion
{
    /// <summary>It waits.</summary>
    Kept,

    /// <summary>Its key is null: nothing can join with it.</summary>
    NoKey,

    /// <summary>The table is full.</summary>
    Full,
}

/// <summary>The partial matches that wait for one step, by key.</summary>
abstract class PartialTable
{
    public abstract int Count { get; }

    /// <summary>Keeps a partial match. Those whose deadline is before <paramref name="now"/> may go.</summary>
    public abstract Insertion Insert(Plans.Bindings bindings, Partial partial, long now);

    /// <summary>The oldest partial match that this event's key joins with, or null.</summary>
    public abstract Partial? Find(EventView later);

    /// <summary>Forgets what <see cref="Find"/> gave last, which is gone.</summary>
    public abstract void RemoveFound();

    /// <summary>Partial matches that were kept until one more of their key came.</summary>
    public virtual long Evicted => 0;

    /// <summary>Adds the other partial matches of the key that <see cref="Find"/> was last asked for, oldest first.</summary>
    public virtual void AddOthers(List<Partial> list) { }

    /// <summary>Forgets what is gone of these, when the event that found them has taken what it takes.</summary>
    public virtual void RemoveGone() { }
}
