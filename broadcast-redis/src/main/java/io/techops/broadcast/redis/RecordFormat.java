package io.techops.broadcast.redis;

import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.SharedPage;
import io.techops.broadcast.spi.SharedRecord;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * A record is one byte of flags (1 text, 2 key, 4 time to live); the key as its length in two bytes and UTF-8; the time
 * to live as eight bytes, in nanoseconds; the payload. In the stream its entry has two fields: m, the record, and a,
 * the stamp "<producer> <number> <index> <time>".
 *
 * A push is a line "<epoch> <first sequence> <time> <producer> <number> <lengths>" and the records; or, if they are too
 * large for a push, "<epoch> <last sequence> <time> - 0 -".
 */
/** Encodes and decodes records in the stream and in pushes. */
final class RecordFormat {

    private static final int TEXT = 1;
    private static final int KEY = 2;
    private static final int TIME_TO_LIVE = 4;
    private static final int MAX_KEY_BYTES = 0xffff;

    private RecordFormat() {
    }

    /**
     * The content of a push.
     *
     * @param last the last position of the log when the push was sent
     * @param records the records that were appended; empty if they have to be read from the stream
     * @param time when the push was sent, in milliseconds by the server's clock
     */
    record Push(Position last, List<SharedRecord> records, long time) {
    }

    /** An entry of the stream. */
    record Entry(long sequence, SharedRecord record) {
    }

    /**
     * {@return a record as bytes}
     *
     * @param most of them
     * @throws IllegalArgumentException if it has more
     */
    static byte[] encode(SharedRecord record, int most) {
        byte @Nullable [] key = record.key() == null ? null : record.key().getBytes(StandardCharsets.UTF_8);
        if (key != null && key.length > MAX_KEY_BYTES) {
            throw new IllegalArgumentException("key must have at most " + MAX_KEY_BYTES + " bytes: " + key.length);
        }
        Duration timeToLive = record.timeToLive();
        Message message = record.message();
        long size = 1L + (key == null ? 0 : 2 + key.length) + (timeToLive == null ? 0 : Long.BYTES) + message.size();
        if (size > most) {
            throw new IllegalArgumentException("a message must have at most " + most + " bytes, with its key: " + size);
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) size);
        bytes.put((byte) ((message instanceof Message.Text ? TEXT : 0) | (key == null ? 0 : KEY)
                | (timeToLive == null ? 0 : TIME_TO_LIVE)));
        if (key != null) {
            bytes.putShort((short) key.length).put(key);
        }
        if (timeToLive != null) {
            bytes.putLong(nanos(timeToLive));
        }
        message.copyTo(0, message.size(), bytes);
        return bytes.array();
    }

    private static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException centuries) {
            return Long.MAX_VALUE;
        }
    }

    private static SharedRecord decode(ByteBuffer bytes) {
        int flags = bytes.get();
        if ((flags & ~(TEXT | KEY | TIME_TO_LIVE)) != 0) {
            throw new IllegalArgumentException("a record of an unknown format: " + flags);
        }
        String key = null;
        if ((flags & KEY) != 0) {
            byte[] utf8 = new byte[bytes.getShort() & MAX_KEY_BYTES];
            bytes.get(utf8);
            key = new String(utf8, StandardCharsets.UTF_8);
        }
        Duration timeToLive = (flags & TIME_TO_LIVE) == 0 ? null : Duration.ofNanos(bytes.getLong());
        return SharedRecord.of((flags & TEXT) != 0 ? Message.utf8(bytes) : Message.binary(bytes), key, timeToLive);
    }

    /**
     * {@return a push, decoded}
     *
     * @throws IllegalArgumentException if this library has not written it
     */
    static Push push(byte[] push) {
        try {
            int end = 0;
            while (push[end] != '\n') {
                end++;
            }
            String[] head = new String(push, 0, end, StandardCharsets.US_ASCII).split(" ");
            long sequence = Long.parseLong(head[1]);
            long time = Long.parseLong(head[2]);
            if (head[5].equals("-")) {
                return new Push(Position.of(head[0], sequence), List.of(), time);
            }
            List<SharedRecord> records = new ArrayList<>();
            long number = Long.parseLong(head[4]);
            int at = end + 1;
            for (String length : head[5].split(",")) {
                int size = Integer.parseInt(length);
                records.add(decode(ByteBuffer.wrap(push, at, size)).appended(head[3], number, records.size(), time));
                at += size;
            }
            return new Push(Position.of(head[0], sequence + records.size() - 1), records, time);
        } catch (IndexOutOfBoundsException | BufferUnderflowException broken) {
            throw new IllegalArgumentException("not a push: " + push.length + " bytes", broken);
        }
    }

    /**
     * {@return an entry of the stream, decoded}
     *
     * @throws IllegalArgumentException if this library has not written it
     */
    static Entry entry(Object entry) {
        try {
            List<?> parts = (List<?>) entry;
            String id = text(parts.get(0));
            List<?> fields = (List<?>) parts.get(1);
            String[] stamp = text(fields.get(3)).split(" ");
            SharedRecord record = decode(ByteBuffer.wrap((byte[]) fields.get(1)));
            return new Entry(Long.parseLong(id.substring(0, id.indexOf('-'))), record.appended(stamp[0],
                    Long.parseLong(stamp[1]), Integer.parseInt(stamp[2]), Long.parseLong(stamp[3])));
        } catch (IndexOutOfBoundsException | BufferUnderflowException | ClassCastException broken) {
            throw new IllegalArgumentException("an entry that this library did not append", broken);
        }
    }

    /**
     * {@return the entries up to the first hole as a page}
     *
     * @param isNewest whether the entries are the newest ones, in reverse order
     * @throws IllegalArgumentException if this library has not written one of them
     */
    static SharedPage page(Position head, boolean isNewest, List<?> entries, long now) {
        List<SharedRecord> records = new ArrayList<>(entries.size());
        long first = 0;
        long next = 0;
        for (Object raw : entries) {
            Entry entry = entry(raw);
            if (!records.isEmpty() && entry.sequence() != next) {
                break;
            }
            first = records.isEmpty() || isNewest ? entry.sequence() : first;
            next = entry.sequence() + (isNewest ? -1 : 1);
            records.add(entry.record());
        }
        if (records.isEmpty()) {
            return new SharedPage(head, records, now, true);
        }
        if (isNewest) {
            Collections.reverse(records);
        }
        Position before = head.at(first - 1);
        return new SharedPage(before, records, now, before.sequence() + records.size() == head.sequence());
    }

    static String text(Object bytes) {
        return new String((byte[]) bytes, StandardCharsets.UTF_8);
    }

    static byte[] bytes(Object value) {
        return value.toString().getBytes(StandardCharsets.UTF_8);
    }
}
