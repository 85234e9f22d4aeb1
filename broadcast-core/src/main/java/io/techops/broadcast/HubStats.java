package io.techops.broadcast;

/**
 * What a hub has done since it was built, at one moment. The counters only grow; they are read one after the other, so
 * that they may be some messages apart while the hub is busy.
 *
 * @param peers how many peers are registered now
 * @param registrations how many peers have ever registered
 * @param messages how many messages were broadcast; the next one gets this number as its sequence
 * @param bytes their payload, in bytes
 * @param deliveries how many messages transports have taken, counted once a peer
 * @param batches in how many calls of {@link Transport#write} they took them; {@code deliveries / batches} is the
 *     coalescing factor
 * @param missed how many messages peers have lost by falling off the log's tail
 * @param overflows how often a peer fell off the log's tail
 * @param stalls how many peers were disconnected because they were not writable for too long
 * @param failures how many peers were disconnected because their transport threw
 * @param ignored how many messages of peers the policy ignored
 * @param waits how often a publisher had to wait for room, or was refused: the hub was saturated
 * @param retainedMessages how many messages are in the log now
 * @param retainedBytes what they are charged, in bytes, as {@link Retention} counts
 */
public record HubStats(int peers, long registrations, long messages, long bytes, long deliveries, long batches,
        long missed, long overflows, long stalls, long failures, long ignored, long waits, int retainedMessages,
        long retainedBytes) {
}
