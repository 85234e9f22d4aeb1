package io.techops.broadcast.tyrus;

import io.techops.broadcast.testing.ClientFrames;
import io.techops.broadcast.testing.RawClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * The healthy peers of the soak, all on one thread. Each of them counts what it gets and sums it up in order: all have
 * joined before the first message, so that count and sum have to be the same for all.
 */
final class SoakCrowd implements AutoCloseable {

    /** How a message begins whose way is timed; its number follows. */
    static final String PROBE = "probe ";

    private static final int MICROS = 2_000_000;
    private static final int BUFFER = 64 << 10;

    private final Selector selector = Selector.open();
    private final ByteBuffer inbox = ByteBuffer.allocateDirect(1 << 18);
    private final List<Member> members = new ArrayList<>();
    private final Queue<FutureTask<?>> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicLongArray probes;
    private final Thread thread;
    private final byte[] probe = PROBE.getBytes(StandardCharsets.US_ASCII);

    /** Owned by the thread: how many probes took so many microseconds. */
    private int[] latencies = new int[MICROS];
    private boolean closing;

    /** One healthy peer. */
    private static final class Member {
        final int number;
        final SocketChannel channel;
        byte[] left = new byte[0];
        long count;
        long sum;
        @Nullable String lost;

        Member(int number, SocketChannel channel) {
            this.number = number;
            this.channel = channel;
        }
    }

    /**
     * Connects all of them.
     *
     * @param probes when the probe of each number was sent, in nanoseconds
     */
    SoakCrowd(int port, int size, AtomicLongArray probes) throws IOException {
        this.probes = probes;
        for (int i = 0; i < size; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
            channel.write(ByteBuffer.wrap(RawClient.handshake("/").getBytes(StandardCharsets.US_ASCII)));
            readHead(channel);
            channel.configureBlocking(false);
            Member member = new Member(i, channel);
            members.add(member);
            channel.register(selector, SelectionKey.OP_READ, member);
        }
        thread = new Thread(this::run, "soak-crowd");
        thread.setDaemon(true);
        thread.start();
    }

    private static void readHead(SocketChannel channel) throws IOException {
        StringBuilder head = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (head.indexOf("\r\n\r\n") < 0) {
            if (channel.read(one.clear()) < 0) {
                throw new IOException("the handshake was broken off: " + head);
            }
            head.append((char) one.get(0));
        }
        if (!head.toString().startsWith("HTTP/1.1 101 ")) {
            throw new IOException("the handshake was refused: " + head);
        }
    }

    private <T> T ask(Callable<T> question) throws Exception {
        FutureTask<T> task = new FutureTask<>(question);
        tasks.add(task);
        selector.wakeup();
        return task.get();
    }

    /** {@return how many messages the slowest peer has} */
    long slowest() throws Exception {
        return ask(() -> members.stream().mapToLong(member -> member.count).min().orElseThrow());
    }

    /** {@return how many messages all of them have together} */
    long delivered() throws Exception {
        return ask(() -> members.stream().mapToLong(member -> member.count).sum());
    }

    /** {@return which peers were disconnected, and why} */
    List<String> lost() throws Exception {
        return ask(() -> members.stream().filter(member -> member.lost != null)
                .map(member -> "peer " + member.number + " after " + member.count + " messages: " + member.lost)
                .toList());
    }

    /** {@return what went wrong; empty if all are connected and have got the same messages in the same order} */
    List<String> complaints() throws Exception {
        return ask(() -> {
            List<String> complaints = new ArrayList<>();
            Member first = members.get(0);
            for (Member member : members) {
                if (member.lost != null) {
                    complaints.add("peer " + member.number + " after " + member.count + " messages: " + member.lost);
                } else if (member.count != first.count || member.sum != first.sum) {
                    complaints.add("peer " + member.number + " has other messages than the first: " + member.count
                            + " and not " + first.count);
                }
            }
            return complaints;
        });
    }

    /** {@return the latencies of probes since this was last asked: how many took each number of microseconds} */
    int[] takeLatencies() throws Exception {
        return ask(() -> {
            int[] taken = latencies;
            latencies = new int[MICROS];
            return taken;
        });
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select(this::ready);
                for (FutureTask<?> task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void ready(SelectionKey key) {
        Member member = (Member) key.attachment();
        try {
            inbox.clear().put(member.left).limit(Math.min(inbox.capacity(), member.left.length + BUFFER));
            if (member.channel.read(inbox) < 0) {
                throw new IOException("the server has ended the connection");
            }
            long now = System.nanoTime();
            inbox.flip();
            while (frame(member, now)) {
                // one after the other
            }
            member.left = new byte[inbox.remaining()];
            inbox.get(member.left);
        } catch (IOException e) {
            key.cancel();
            member.lost = closing ? null : e.toString();
        }
    }

    /** {@return whether there was a whole frame} */
    private boolean frame(Member member, long now) throws IOException {
        if (inbox.remaining() < 2) {
            return false;
        }
        int at = inbox.position();
        int first = inbox.get(at) & 0xFF;
        int code = inbox.get(at + 1);
        int head = code < 126 ? 2 : 4;
        if (code < 0 || code > 126) {
            throw new IOException("a frame that is masked, or longer than any that was sent");
        }
        if (inbox.remaining() < head) {
            return false;
        }
        int length = code < 126 ? code : inbox.getShort(at + 2) & 0xFFFF;
        if (inbox.remaining() < head + length) {
            return false;
        }
        int from = at + head;
        inbox.position(from + length);
        switch (first) {
            case 0x81 -> message(member, from, length, now);
            case 0x89 -> {
                byte[] payload = new byte[length];
                inbox.get(from, payload);
                member.channel.write(ByteBuffer.wrap(RawClient.frame(0x8A, payload)));
            }
            case 0x88 -> throw new IOException("closed with " + (inbox.getShort(from) & 0xFFFF));
            default -> throw new IOException("a frame that begins with " + Integer.toHexString(first));
        }
        return true;
    }

    private void message(Member member, int from, int length, long now) {
        long sum = length;
        int step = length > 1_000 ? 101 : 1; // the long ones are all the same
        for (int i = 0; i < length; i += step) {
            sum = sum * 31 + inbox.get(from + i);
        }
        member.sum = member.sum * 1_000_003 + sum;
        member.count++;
        if (length > probe.length && isProbe(from)) {
            int number = 0;
            for (int i = probe.length; i < length; i++) {
                number = number * 10 + inbox.get(from + i) - '0';
            }
            long micros = (now - probes.get(number)) / 1_000;
            latencies[(int) Math.max(0, Math.min(MICROS - 1, micros))]++;
        }
    }

    private boolean isProbe(int from) {
        byte[] begin = new byte[probe.length];
        inbox.get(from, begin);
        return Arrays.equals(begin, probe);
    }

    /** Lets all of them say goodbye. */
    void leave() throws Exception {
        ask(() -> {
            closing = true;
            for (Member member : members) {
                if (member.lost == null) {
                    member.channel.write(ByteBuffer.wrap(ClientFrames.close(1000, "")));
                }
            }
            return null;
        });
    }

    @Override
    public void close() throws IOException {
        selector.close();
        for (Member member : members) {
            member.channel.close();
        }
    }
}
