package io.techops.broadcast;

import io.techops.broadcast.testkit.FakeTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * A peer begins with the current state and with the newest message of every key, while memory is missing somewhere;
 * then the proof that it has got all of it once, in order.
 */
final class StartMemoryScenario extends NoMemoryScenario {

    /** More than goes into a batch. */
    private static final List<Message> STATE = IntStream.range(0, 5)
            .<Message>mapToObj(part -> Message.text("state " + part + " " + "x".repeat(150_000))).toList();

    StartMemoryScenario() {
        super(120);
    }

    @Override
    public int applyAsInt(int at, int length) {
        begin();
        CountDownLatch given = new CountDownLatch(1);
        BroadcastHub hub = BroadcastHub.builder().executor(tasks).timer(time).shards(1).conflate(true)
                .retention(Retention.of(4, 1 << 20)).snapshot((peer, after) -> {
                    given.await();
                    return STATE;
                }).build();
        List<String> expected = new ArrayList<>(STATE.stream().map(StartMemoryScenario::text).toList());
        for (int i = 0; i < 12; i++) {
            hub.broadcast(Message.text("value " + i), BroadcastOptions.everyone().key("key " + i % 6));
            if (i >= 6) {
                expected.add("value " + i);
            }
        }
        pass(0);
        FakeTransport peer = new FakeTransport().knowingPositions().replaying(Replay.latest()).answerClose()
                .register(hub);
        tasks.runAll(); // the peer waits for the state
        given.countDown();
        awaitState();
        MemoryFaults.arm(at, length);
        try {
            pass(2);
            int places = MemoryFaults.disarm();
            hub.broadcast("late");
            expected.add("late");
            await("it gets what is said, or has gone", () -> peer.texts().contains("late") || !peer.isOpen());
            check("it has got all of it, or its own transport threw: " + begins(peer.texts()),
                    peer.texts().equals(expected) || MemoryFaults.report().contains("FakeTransport.write"));
            boolean[] ended = {false};
            hub.shutdown(Duration.ofSeconds(5)).thenRun(() -> ended[0] = true);
            await("the hub ends", () -> ended[0]);
            return places;
        } catch (RuntimeException | Error failed) {
            MemoryFaults.disarm();
            throw new AssertionError(failed.getMessage() + "; " + MemoryFaults.report(), failed);
        }
    }

    /** Lets the thread that has asked for the state say that the peer may be written to, which is not done yet. */
    private void awaitState() {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (tasks.pending() == 0 && System.nanoTime() - until < 0) {
            Thread.yield();
        }
        check("the state is there", tasks.pending() > 0);
    }

    private static String text(Message message) {
        return ((Message.Text) message).text();
    }

    private static List<String> begins(List<String> texts) {
        return texts.stream().map(text -> text.substring(0, Math.min(8, text.length()))).toList();
    }

    @Override
    void pass(int seconds) {
        tasks.runAll();
        for (int i = 0; i < seconds; i++) {
            time.pass(Duration.ofSeconds(1));
            tasks.runAll();
        }
    }
}
