package io.techops.broadcast.redis;

import static io.techops.broadcast.redis.RecordFormat.bytes;

import io.lettuce.core.cluster.SlotHash;
import io.techops.broadcast.Position;
import io.techops.broadcast.logging.LogRateLimiter;
import io.techops.broadcast.logging.SafeLog;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import io.techops.broadcast.spi.PeerCensus;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * Appends, and reads of records that were not pushed, are scripts; common.lua says when an epoch begins. A read of what
 * follows the last push returns an empty page without asking the server, as long as the log is subscribed to over the
 * current connection and was read from the server recently: otherwise every push would cause a read by every node.
 */
/** A log of a {@link RedisBackplane}. */
final class RedisLog implements SharedLog, Servers.Resident {

    private static final SafeLog LOG = SafeLog.of(RedisLog.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_BITS = 80;
    private static final int RANDOM_LENGTH = 16;
    private static final int FIXED_ARGUMENTS = 12;
    private static final int SIXTEENTHS = 16;

    private final Servers servers;
    private final Settings settings;
    private final Runnable changed;
    private final String channel;
    private final byte[][] keys;
    private final NodeCounts counts;
    /** The prefix and the number of the epochs that this log has proposed; each is proposed once. */
    private final String random = random();
    private final AtomicLong epochs = new AtomicLong();
    private final LogRateLimiter broken = new LogRateLimiter();

    private final Subscription subscription;

    /** Guards what follows; nothing foreign runs under it. */
    private final Object lock = new Object();
    private String producer = "";
    private long number;
    /** A lower bound of the server's time when the last append was first tried, in milliseconds. */
    private long firstTried;

    RedisLog(Servers servers, Settings settings, String name, Runnable changed) {
        this.servers = servers;
        this.settings = settings;
        this.changed = changed;
        String tagged = settings.prefix() + ":{" + escaped(name) + "}:";
        this.channel = tagged + "live";
        this.keys = new byte[][] {bytes(tagged + "meta"), bytes(tagged + "log")};
        this.counts = new NodeCounts(tagged + "nodes", random);
        this.subscription = new Subscription(servers, SlotHash.getSlot(keys[0]), channel, this::changed, broken);
    }

    /** {@return the name of the log with its braces escaped, so that all of its keys have the same hash tag} */
    private static String escaped(String name) {
        return name.replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
    }

    @Override
    public void settle() {
        subscription.settle();
    }

    @Override
    public CompletionStage<Position> append(String epoch, String by, long with, List<SharedRecord> records) {
        Objects.requireNonNull(epoch, "epoch");
        if (!by.matches("[0-9a-z-]{1,64}")) {
            throw new IllegalArgumentException("producer must be 1 to 64 of the characters 0-9a-z-: " + by);
        }
        if (with < 1) {
            throw new IllegalArgumentException("number must be at least 1: " + with);
        }
        if (records.isEmpty()) {
            throw new IllegalArgumentException("records must not be empty");
        }
        if (!servers.firstTried().isDone()) {
            return servers.firstTried().thenCompose(ended -> append(epoch, by, with, records));
        }
        ServerLink at = subscription.link();
        if (at == null) {
            return failed(Outcome.REFUSED, "the log is closed");
        }
        byte[][] arguments = new byte[FIXED_ARGUMENTS + records.size()][];
        try { // first: the number is used again after that, perhaps much later
            for (int i = 0; i < records.size(); i++) {
                arguments[FIXED_ARGUMENTS + i] = RecordFormat.encode(records.get(i), Settings.RECORD_BYTES);
            }
        } catch (IllegalArgumentException tooLarge) {
            return failed(Outcome.IMPOSSIBLE, String.valueOf(tooLarge.getMessage()));
        }
        long tried;
        synchronized (lock) {
            if (!by.equals(producer) || with != number || firstTried == 0) {
                producer = by;
                number = with;
                firstTried = at.time();
            }
            tried = firstTried;
        }
        if (tried == 0) { // over a connection that is up a moment later, the append would seem very old
            return failed(Outcome.REFUSED, at.away());
        }
        fill(arguments, epoch, by, with, tried, Settings.PRODUCERS.toMillis(), settings.messages(),
                Math.max(1, settings.bytes() / SIXTEENTHS), Math.max(1, settings.age().toMillis() / SIXTEENTHS),
                Settings.PUSH_BYTES);
        CompletableFuture<Position> result = new CompletableFuture<>();
        answered(at.run(Script.APPEND, keys, arguments), result, this::appended, () -> { });
        return result;
    }

    /** Fills in the arguments that both scripts have in common, and then {@code own}. */
    private void fill(byte[][] arguments, Object... own) {
        arguments[0] = bytes(channel);
        arguments[1] = bytes(random + Long.toString(epochs.incrementAndGet(), Character.MAX_RADIX));
        arguments[2] = bytes(settings.expiry().toMillis());
        for (int i = 0; i < own.length; i++) {
            arguments[3 + i] = bytes(own[i]);
        }
    }

    private static String random() {
        String random = new BigInteger(RANDOM_BITS, RANDOM).toString(Character.MAX_RADIX);
        return "0".repeat(RANDOM_LENGTH - random.length()) + random;
    }

    private Position appended(List<Object> answer) {
        String status = RecordFormat.text(answer.get(0));
        String epoch = RecordFormat.text(answer.get(1));
        return switch (status) {
            case "ok" -> Position.of(epoch, number(answer.get(3)));
            case "stale" -> {
                changed();
                throw new BackplaneException(Outcome.STALE_EPOCH, "the log is in epoch " + epoch, null);
            }
            default -> throw new BackplaneException(Outcome.IMPOSSIBLE, "the producer has appended more since", null);
        };
    }

    @Override
    public CompletionStage<SharedPage> read(@Nullable Position after, int messages, long most) {
        if (messages < 1) {
            throw new IllegalArgumentException("messages must be at least 1: " + messages);
        }
        if (!servers.firstTried().isDone()) {
            return servers.firstTried().thenCompose(ended -> read(after, messages, most));
        }
        long now = System.nanoTime();
        Subscription.Look look = subscription.look(after, messages, most, now);
        if (look.at() == null) {
            return failed(Outcome.REFUSED, "the log is closed");
        }
        if (look.page() != null) {
            return CompletableFuture.completedFuture(look.page());
        }
        CompletableFuture<SharedPage> result = new CompletableFuture<>();
        read(result, look, after, messages, most, Settings.FIRST_BYTES, now);
        return result;
    }

    /**
     * Reads from the server when it is the turn of this read.
     *
     * @param most the most bytes of all records, unless the first one alone has more
     * @param first the most bytes of that; if it has more, it is read again, alone
     */
    private void read(CompletableFuture<SharedPage> result, Subscription.Look look, @Nullable Position after,
            int messages, long most, int first, long asked) {
        ServerLink at = look.at();
        byte[][] arguments = new byte[8][];
        fill(arguments, after == null ? "" : after.epoch(), after == null ? 0 : after.sequence(), messages, most,
                first);
        at.reads().run(Math.max(most, first), turn -> {
            try {
                answered(at.run(Script.READ, keys, arguments), result, answer -> {
                    SharedPage page = page(look.over(), after, answer, asked);
                    if (page == null) {
                        read(result, look, after, messages, most, Integer.MAX_VALUE, asked);
                    }
                    return page;
                }, turn::end);
            } catch (Throwable noMemory) {
                turn.end();
                result.completeExceptionally(noMemory);
            }
        });
    }

    /** {@return the page that was answered; null if its first record has more bytes than asked for} */
    private @Nullable SharedPage page(@Nullable Session over, @Nullable Position after, List<Object> answer,
            long asked) {
        Position head = Position.of(RecordFormat.text(answer.get(0)), number(answer.get(1)));
        if (!RecordFormat.text(answer.get(4)).isEmpty()) {
            return null;
        }
        SharedPage page;
        try {
            page = RecordFormat.page(head, after == null, (List<?>) answer.get(3), number(answer.get(2)));
        } catch (IllegalArgumentException foreign) {
            LOG.warn(broken, "A log cannot be read: {}", channel + ": " + foreign.getMessage());
            throw new BackplaneException(Outcome.REFUSED, channel + " cannot be read", foreign);
        }
        subscription.read(over, page.last(), head.sequence(), asked);
        return page;
    }

    private static long number(Object text) {
        return Long.parseLong(RecordFormat.text(text));
    }

    @Override
    public @Nullable PeerCensus census(int peers) {
        if (peers < 0) {
            throw new IllegalArgumentException("peers must be at least 0: " + peers);
        }
        return counts.told(subscription.link(), peers, servers.censusNanos());
    }

    /**
     * Completes a result with an answer.
     *
     * @param as makes the result of the answer; null if that comes later
     * @param over called when the answer was taken, or does not come in time
     */
    private <T> void answered(CompletableFuture<List<Object>> answer, CompletableFuture<T> result,
            Function<List<Object>, @Nullable T> as, Runnable over) {
        // If what follows fails for want of memory, the hub must not wait for ever.
        CompletableFuture<Void> limit = new CompletableFuture<>();
        limit.orTimeout(settings.timeout().multipliedBy(3).toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((taken, late) -> {
                    over.run();
                    if (late != null) {
                        result.completeExceptionally(inDoubt(late));
                    }
                });
        answer.whenComplete((list, thrown) -> {
            if (thrown == null) {
                take(list, result, as);
            } else {
                if (Failures.isElsewhere(thrown)) {
                    servers.moved();
                }
                result.completeExceptionally(thrown);
            }
            limit.complete(null);
        });
    }

    private <T> void take(List<Object> answer, CompletableFuture<T> result, Function<List<Object>, @Nullable T> as) {
        T value;
        try {
            value = as.apply(answer);
        } catch (Throwable failed) {
            result.completeExceptionally(failed instanceof BackplaneException ? failed
                    : new BackplaneException(Outcome.UNKNOWN, channel + ": not an answer of our script", failed));
            return;
        }
        if (value != null) {
            result.complete(value);
        }
    }

    private Throwable inDoubt(Throwable late) {
        try {
            return new BackplaneException(Outcome.UNKNOWN, channel + ": Redis did not answer in time", late);
        } catch (OutOfMemoryError noMemory) {
            return late;
        }
    }

    private static <T> CompletionStage<T> failed(Outcome outcome, String message) {
        return CompletableFuture.failedFuture(new BackplaneException(outcome, message, null));
    }

    private void changed() {
        try {
            changed.run();
        } catch (Throwable thrown) {
            LOG.warn(broken, "A follower of a log failed: {}", thrown);
        }
    }

    @Override
    public void close() {
        ServerLink last = subscription.link();
        servers.remove(this);
        subscription.close();
        counts.close(last);
    }
}
