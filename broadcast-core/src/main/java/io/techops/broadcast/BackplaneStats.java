package io.techops.broadcast;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a hub has done with its {@linkplain BroadcastHub.Builder#backplane backplane} since the hub was built, and the
 * state of the backplane, at one moment. Without a backplane all counters are 0, and the figures of other nodes are
 * unknown.
 *
 * <pre>{@code
 * BackplaneStats backplane = hub.stats().backplane();
 * System.out.println(backplane.isAway() ? "away" : backplane.lag() + " messages behind");
 * }</pre>
 *
 * <p>Figures may be added in a later version. Immutable.
 */
public interface BackplaneStats {

    /**
     * {@return whether the engine that keeps the shared log is away now; in a total of several hubs, that of any of
     * them}
     */
    boolean isAway();

    /** {@return how many times the engine was away} */
    long outages();

    /** {@return how many messages of this node the shared log has taken} */
    long appends();

    /** {@return how many calls of the shared log appended these messages} */
    long batches();

    /**
     * {@return how many messages of this node may or may not be in the shared log: the shared log began a new epoch, or
     * the hub was closed, before the append was answered}
     */
    long unconfirmed();

    /** {@return how many times the shared log no longer kept the messages that this node had to read next} */
    long gaps();

    /** {@return how many times the shared log began a new epoch while this node followed it} */
    long epochs();

    /** {@return how many messages are known to be in the shared log that this node has not delivered yet} */
    long lag();

    /** {@return how many messages were read a second time, and were dropped} */
    long duplicates();

    /**
     * {@return how many nodes have the shared log open, this one included; empty if that is unknown: without a
     * backplane, with one that does not count nodes, before its first count, and while it has been away for too long}
     * In a total of several topics, the largest number of any topic.
     */
    OptionalInt nodes();

    /**
     * {@return how many peers all of these nodes have: this node now, the others {@link #peersAge} ago; empty if that
     * is unknown, as for {@link #nodes}} In a total of several topics, the sum over the topics that exist on this node
     * and whose number is known. A node that died is counted until the backplane forgets it.
     */
    OptionalLong peers();

    /**
     * {@return how long ago this node last received the numbers of peers of the other nodes; in a total of several
     * hubs, the longest time; {@code null} if the numbers are unknown} A number may have been out of date when it was
     * received, by at most the time between two reports of the backplane.
     */
    @Nullable Duration peersAge();
}
