package io.techops.broadcast;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a hub has done since it was built, and its state, at one moment.
 *
 * <pre>{@code
 * HubStats stats = hub.stats();
 * System.out.println(stats.peers() + " peers, " + stats.coalescing() + " deliveries a write");
 * }</pre>
 *
 * <p>The counters only grow. They are read one after the other: while the hub is busy they may differ by some messages;
 * while it is idle they are exact. Figures may be added in a later version. Immutable.
 */
public interface HubStats {

    // Peers.

    /** {@return how many peers are registered now} */
    int peers();

    /** {@return how many peers have ever registered} */
    long registrations();

    /** {@return how many connections were refused before they became peers, whatever the cause} */
    long refusals();

    /**
     * {@return how many connections were refused for {@code cause}}
     *
     * @param cause the cause
     */
    long refusals(RefusalCause cause);

    /**
     * {@return how many connections were refused, by cause; causes that have not occurred are left out; unmodifiable}
     */
    Map<RefusalCause, Long> refusalsByCause();

    // Messages and the log.

    /** {@return how many messages were broadcast} */
    long messages();

    /**
     * {@return the position of the last broadcast, with sequence 0 before the first one; {@code null} if there is no
     * single order: in a total of several hubs, and for a topic that does not exist now}
     */
    @Nullable Position position();

    /** {@return the payload of all broadcasts, in bytes} */
    long bytes();

    /** {@return how many messages of peers the policy ignored} */
    long ignored();

    /** {@return how many messages are in the log now} */
    int retainedMessages();

    /** {@return what the messages in the log are charged, in bytes, as {@link Retention} counts} */
    long retainedBytes();

    /** {@return how many messages that were addressed to some peers wait for at least one of their receivers} */
    int addressedMessages();

    /** {@return what these messages are charged, in bytes, as {@link Retention} counts} */
    long addressedBytes();

    /** {@return how many keys have their newest message kept beside the log now, as {@link Retention} describes} */
    int retainedKeys();

    /** {@return what these messages are charged, in bytes, as {@link Retention} counts} */
    long retainedKeyBytes();

    /**
     * {@return how many keys were evicted, with their newest message, because of the bounds of the {@link Retention}}
     */
    long evictedKeys();

    // Replay and delivery.

    /** {@return how many peers began with a replay} */
    long replays();

    /** {@return how many peers resumed after the position that they named, with nothing missing} */
    long resumes();

    /**
     * {@return how many gaps there were in the streams of peers, for any reason; those of peers that are not numbered,
     * and so were not told, are counted, too}
     */
    long gaps();

    /**
     * {@return how many gaps there were for {@code reason}} Those of {@link GapReason#OVERFLOW} are among the
     * {@link #overflows()}, which counts peers that were disconnected, too.
     *
     * @param reason the reason
     */
    long gaps(GapReason reason);

    /**
     * {@return how many messages were left out because a newer one of their key replaced them, counted once for each
     * peer} Messages that the log had evicted before it was the peer's turn are not counted.
     */
    long conflated();

    /**
     * {@return how many messages were left out because they had expired, counted once for each peer} Messages that the
     * log had evicted before it was the peer's turn are not counted.
     */
    long expired();

    /** {@return how many times a batch was encoded as bytes; all peers at a position share the result} */
    long encodings();

    /** {@return how many messages transports have taken, counted once for each peer} */
    long deliveries();

    /** {@return how many calls of {@code Transport.write} took these messages} */
    long batches();

    /** {@return the coalescing factor: the average number of deliveries in a batch; 0 before the first batch} */
    double coalescing();

    // Slow peers and saturation.

    /** {@return the sum of the {@linkplain Peer#lag lags} of all peers that are registered now} */
    long totalLag();

    /** {@return the largest {@linkplain Peer#lag lag} of a peer; 0 if there are no peers} */
    long maxLag();

    /** {@return how many times a peer fell off the log's tail} */
    long overflows();

    /**
     * {@return how many messages peers have lost by falling off the log's tail} Some of them may have expired before.
     * In a hub that conflates, messages with a key count as one each time that a peer loses any of them.
     */
    long missed();

    /** {@return how many peers were disconnected because they were not writable for too long} */
    long stalls();

    /** {@return how many peers were disconnected because their transport threw} */
    long failures();

    /** {@return how many times a publisher had to wait for room, or was refused, because the hub was saturated} */
    long waits();

    /**
     * {@return for how long the hub was saturated in total: the time in which at least one publisher, the host or a
     * peer, waited for room} A {@link BroadcastHub#tryBroadcast} that was refused did not wait: it counts among the
     * {@link #waits()}, and adds nothing here.
     */
    Duration saturation();

    /** {@return what the hub has done with its backplane; without one its counters are 0} */
    BackplaneStats backplane();
}
