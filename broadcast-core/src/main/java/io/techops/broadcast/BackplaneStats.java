package io.techops.broadcast;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a hub has done with its {@linkplain BroadcastHub.Builder#backplane backplane} since it was built, and how that
 * is, at one moment. Of a hub without a backplane all counters are 0, and what the nodes say is not known.
 *
 * <pre>{@code
 * BackplaneStats backplane = hub.stats().backplane();
 * System.out.println(backplane.isAway() ? "away" : backplane.lag() + " messages behind");
 * }</pre>
 *
 * <p>Figures may be added in a later version. Immutable.
 */
public interface BackplaneStats {

    /** {@return whether the engine that keeps the shared log is away now; of several hubs, of any of them} */
    boolean isAway();

    /** {@return how often the engine was away} */
    long outages();

    /** {@return how many messages of this node the shared log has taken} */
    long appends();

    /** {@return in how many appends it took them} */
    long batches();

    /** {@return of how many messages of this node it is not known whether the shared log has them, or had them} */
    long unconfirmed();

    /** {@return how often what followed was no longer kept in the shared log when this node wanted to read it} */
    long gaps();

    /** {@return how often a new epoch of the shared log began while this node followed it} */
    long epochs();

    /** {@return how many messages are known to be in the shared log that this node has not delivered yet} */
    long lag();

    /** {@return how many messages were read again that had been read before, and were dropped} */
    long duplicates();

    /**
     * {@return how many nodes have the shared log open, this one included; empty if that is not known: without a
     * backplane, with one that does not count, before it has counted, and while it has been away for too long} Of
     * topics together, the most that one of them has.
     */
    OptionalInt nodes();

    /**
     * {@return how many peers all of these nodes have: this one now, the others as {@link #peersAge} says; empty if
     * that is not known, as {@link #nodes} says} Of topics together, those that there are on this node, as far as it is
     * known of them. A node that died is counted until the backplane forgets it.
     */
    OptionalLong peers();

    /**
     * {@return how long ago it was heard how many peers the other nodes have, the longest of several hubs; {@code null}
     * if that is not known} What they said may have been older by as long as the backplane takes between two reports.
     */
    @Nullable Duration peersAge();
}
