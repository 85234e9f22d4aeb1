package io.techops.broadcast;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.MemoryBackplane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * What two hubs do that share a log, while memory is missing somewhere; then the proof that both go on, that nothing
 * has two positions, and that no publisher waits for ever.
 */
final class SharedMemoryScenario extends NoMemoryScenario {

    private MemoryBackplane backplane = new MemoryBackplane();
    private final List<FakeTransport> peers = new ArrayList<>();
    private final List<CompletionStage<Position>> published = new ArrayList<>();
    private final List<String> accepted = new ArrayList<>();

    SharedMemoryScenario() {
        super(60);
    }

    @Override
    public int applyAsInt(int at, int length) {
        begin();
        backplane = new MemoryBackplane(time, 1);
        peers.clear();
        published.clear();
        accepted.clear();
        BroadcastHub one = hub();
        BroadcastHub two = hub();
        pass(1);
        MemoryFaults.arm(at, length);
        try {
            live(one, two);
            int places = MemoryFaults.disarm();
            proveAlive(one, two);
            if (at < 0 || at > places) {
                MemoryFaults.arm(at - places, length);
            }
            boolean begun = attempt(() -> one.shutdown(Duration.ofSeconds(5)));
            pass(1);
            places = at < 0 || at > places ? places + MemoryFaults.disarm() : places;
            proveEnded(List.of(one, two), begun);
            return places;
        } catch (RuntimeException | Error failed) {
            MemoryFaults.disarm();
            throw new AssertionError(failed.getMessage() + "; " + MemoryFaults.report(), failed);
        }
    }

    private BroadcastHub hub() {
        return BroadcastHub.builder().executor(tasks).timer(time).shards(1).name("chat").heartbeat(Duration.ZERO)
                .backplane(backplane).backplaneStartTimeout(Duration.ZERO).retention(Retention.of(64, 1 << 20)).build();
    }

    private void live(BroadcastHub one, BroadcastHub two) {
        FakeTransport here = join(one, Replay.none());
        join(two, Replay.none());
        pass(1);
        say(one, "from one");
        say(two, "from two");
        publish(one, "to be told");
        if (peers.contains(here)) {
            attempt(() -> here.send("of a peer"));
        }
        pass(1);
        backplane.refuse(true);
        say(one, "while it refuses");
        if (peers.contains(here) && here.isOpen()) {
            attempt(() -> here.send("is parked"));
        }
        pass(2);
        backplane.refuse(false);
        pass(2);
        backplane.pause();
        publish(two, "in doubt");
        pass(3);
        backplane.resume();
        pass(2);
        Position last = backplane.history("chat").keySet().stream().reduce((first, second) -> second).orElseThrow();
        join(one, Replay.after(last));
        join(one, Replay.after(last.at(last.sequence() + 9)));
        backplane.loseData();
        say(two, "of a new epoch");
        pass(4);
    }

    private FakeTransport join(BroadcastHub hub, Replay replay) {
        FakeTransport peer = new FakeTransport().knowingPositions().replaying(replay).answerClose();
        if (attempt(() -> peer.register(hub))) {
            peers.add(peer);
        }
        return peer;
    }

    private void say(BroadcastHub hub, String text) {
        boolean[] done = {false};
        attempt(() -> done[0] = hub.tryBroadcast(text));
        if (done[0]) {
            accepted.add(text);
        }
    }

    private void publish(BroadcastHub hub, String text) {
        attempt(() -> {
            CompletionStage<Position> told = hub.publish(text);
            published.add(told);
        });
    }

    private void proveAlive(BroadcastHub one, BroadcastHub two) {
        List<FakeTransport> late = new ArrayList<>();
        await("the backplane is there", () -> !one.stats().backplane().isAway() && !two.stats().backplane().isAway());
        for (BroadcastHub hub : List.of(one, two)) {
            await("a peer may come", () -> peers.contains(join(hub, Replay.none())));
            late.add(peers.get(peers.size() - 1));
        }
        for (BroadcastHub hub : List.of(one, two)) {
            boolean[] done = {false};
            String text = "late " + (hub == one ? 1 : 2);
            await("there is room", () -> done[0] = done[0] || hub.tryBroadcast(text));
            for (FakeTransport peer : late) {
                await(peer + " gets " + text, () -> peer.texts().contains(text));
            }
        }
        await("both have come to one end", () -> one.stats().position().equals(two.stats().position()));
        await("nothing is on its way", () -> one.stats().backplane().lag() == 0 && two.stats().backplane().lag() == 0);
        await("the peers of both are counted", () -> one.stats().backplane().peers().orElse(-1)
                == one.stats().peers() + two.stats().peers() && two.stats().backplane().nodes().orElse(-1) == 2);
        await("no publisher waits", () -> published.stream().allMatch(told -> told.toCompletableFuture().isDone()));
        Map<Position, Message> history = backplane.history("chat");
        List<String> texts = history.values().stream().map(message -> ((Message.Text) message).text()).toList();
        check("nothing is there twice: " + texts, new HashSet<>(texts).size() == texts.size());
        check(accepted + " is there: " + texts, texts.containsAll(accepted));
        for (FakeTransport peer : peers) {
            List<Position> positions = peer.positions();
            for (int i = 0; i < positions.size(); i++) {
                check(positions + " is what the history says", peer.texts().get(i)
                        .equals(((Message.Text) history.get(positions.get(i))).text()));
            }
        }
    }

    private void proveEnded(List<BroadcastHub> hubs, boolean begun) {
        for (BroadcastHub hub : hubs) {
            if (!begun || hub != hubs.get(0)) {
                hub.shutdown(Duration.ofSeconds(5));
            }
            boolean[] ended = {false};
            hub.shutdown(Duration.ofSeconds(5)).thenRun(() -> ended[0] = true);
            await("the hub ends", () -> ended[0]);
        }
        check("no log is open", backplane.open() == 0);
        check("no peer is left", peers.stream().noneMatch(FakeTransport::isOpen));
    }

    @Override
    void pass(int seconds) {
        tasks.runAll();
        for (int i = 0; i < seconds * 4; i++) {
            time.pass(Duration.ofMillis(250));
            tasks.runAll();
        }
    }
}
