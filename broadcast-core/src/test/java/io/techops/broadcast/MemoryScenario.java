package io.techops.broadcast;

import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that hubs and topics do, while memory is missing somewhere; then the proof that nothing was lost by that
 * but what a caller was told of.
 */
final class MemoryScenario extends NoMemoryScenario {

    private final class Connection implements Transport {
        private final String name;
        private final List<String> texts = new ArrayList<>();
        private @Nullable Registration registration;
        /** What it was to get, from its registration on. */
        private final List<String> expected = new ArrayList<>();
        private boolean takes = true;
        private boolean isToLeave;
        private int pings;
        private int parked;
        private int resumed;

        Connection(String name) {
            this.name = name;
        }

        boolean isIn() {
            return registration != null;
        }

        boolean isHere() {
            return registration != null && registration.peer().isRegistered();
        }

        @Override
        public boolean write(Batch batch) {
            for (int i = 0; i < batch.size(); i++) {
                texts.add(((Message.Text) batch.message(i)).text());
            }
            return takes;
        }

        @Override
        public void ping() {
            pings++;
            surely("pong", () -> registration.pong());
        }

        @Override
        public void close(CloseReason reason) {
            end(reason);
        }

        @Override
        public void abort() {
            end(CloseReason.of(CloseReason.ABNORMAL));
        }

        void end(CloseReason reason) {
            surely("unregister", () -> registration.unregister(reason));
        }

        @Override
        public String toString() {
            return name;
        }

        void leave() {
            if (isIn()) {
                isToLeave = true;
                end(CloseReason.of(CloseReason.NORMAL));
            }
        }

        void take(boolean all) {
            takes = all;
            if (all && isIn()) {
                surely("writable", () -> registration.writable());
            }
        }

        @Override
        public void resume() {
            resumed++;
        }
    }

    private final class Told implements HubListener {
        private final Map<Peer, List<String>> events = new HashMap<>();
        private long missed;

        @Override
        public void registered(Peer peer) {
            events.computeIfAbsent(peer, key -> new ArrayList<>()).add("registered");
        }

        @Override
        public void unregistered(Peer peer, CloseReason reason) {
            events.computeIfAbsent(peer, key -> new ArrayList<>()).add("unregistered");
        }

        @Override
        public void overflowed(Peer peer, long count) {
            missed += count;
        }
    }

    private final List<Connection> connections = new ArrayList<>();

    MemoryScenario() {
        super(120);
    }

    /**
     * @param at at which place there is no memory, counted from 1; negative for none
     * @param length at how many places in a row
     * @return how many places there are
     */
    @Override
    public int applyAsInt(int at, int length) {
        begin();
        connections.clear();
        Told told = new Told();
        BroadcastHub hub = BroadcastHub.builder().executor(tasks).timer(time).shards(2).listener(told)
                .retention(Retention.of(8, 1 << 20)).overflow(OverflowPolicy.skip()).stallTimeout(Duration.ofHours(1))
                .policy((context, message) -> MessagePolicy.Verdict.relay(message)).build();
        Topics topics = Topics.builder().executor(tasks).timer(time).maxTopics(2).idleTimeout(Duration.ofSeconds(2))
                .recipe((name, of) -> of.listener(told)).build();
        PeerGroup group = new PeerGroup();
        Map<String, BroadcastHub> byName = new HashMap<>();
        List.of("x", "y", "z").forEach(name -> byName.put(name, topics.hub(name)));
        MemoryFaults.arm(at, length);
        try {
            live(hub, group);
            live(byName);
            int places = MemoryFaults.disarm();
            proveAlive(hub, told);
            proveAlive(topics);
            if (at < 0 || at > places) {
                MemoryFaults.arm(at - places, length);
            }
            boolean begun = attempt(() -> hub.shutdown(Duration.ofSeconds(5)));
            boolean topicsBegun = attempt(() -> topics.shutdown(Duration.ofSeconds(5)));
            pass(1);
            places = at < 0 || at > places ? places + MemoryFaults.disarm() : places;
            proveEnded(hub, begun, topics, topicsBegun, told);
            check("the group is empty", group.size() == 0);
            return places;
        } catch (RuntimeException | Error failed) {
            MemoryFaults.disarm();
            throw new AssertionError(failed.getMessage() + "; " + MemoryFaults.report(), failed);
        }
    }

    // What is done while memory is missing.

    private Connection connect(String name, BroadcastHub hub) {
        Connection connection = new Connection(name);
        attempt(() -> connection.registration = AdapterHub.of(hub).register(connection));
        if (connection.isIn()) {
            connections.add(connection);
        }
        return connection;
    }

    private void live(BroadcastHub hub, PeerGroup group) {
        Connection reader = connect("reader", hub);
        Connection other = connect("other", hub);
        Connection slow = connect("slow", hub);
        Connection talker = connect("talker", hub);
        Connection guest = connect("guest", hub);
        Connection sentAway = connect("sent away", hub);
        for (Connection each : List.of(reader, guest, sentAway)) {
            if (each.isIn()) {
                attempt(() -> group.add(each.registration.peer()));
            }
        }
        pass(0);
        say(hub, "one");
        pass(1);
        speak(talker, "hello");
        sendTo(hub, "to some", reader, slow);
        sendTo(hub, "to one", other);
        attempt(() -> hub.tryBroadcast(Message.text("to the group"), BroadcastOptions.to(group)));
        pass(1);
        slow.take(false);
        say(hub, "it stalls");
        pass(0);
        for (int i = 0; i < 12; i++) { // more than the log keeps: what the talker says waits for the slow one
            speak(talker, "talk " + i);
            pass(0);
        }
        sendTo(hub, "parked meanwhile", slow);
        pass(3);
        for (int i = 0; i < 12; i++) {
            say(hub, "more " + i);
            pass(0);
        }
        slow.take(true);
        pass(1);
        guest.leave();
        if (sentAway.isIn()) {
            sentAway.isToLeave = attempt(() -> sentAway.registration.peer().close(CloseReason.of(4000, "enough")));
        }
        pass(60);
        talker.leave();
        pass(1);
    }

    private void live(Map<String, BroadcastHub> topics) {
        Connection first = connect("of x", topics.get("x"));
        attempt(() -> topics.get("x").tryBroadcast(Message.text("x")));
        pass(0);
        first.leave();
        attempt(() -> topics.get("y").tryBroadcast(Message.text("y")));
        pass(1);
        Connection third = connect("of z, which displaces x", topics.get("z"));
        pass(1);
        attempt(() -> topics.get("y").shutdown(Duration.ofSeconds(1)));
        pass(4);
        third.leave();
        pass(4);
    }

    private void say(BroadcastHub hub, String text) {
        boolean[] done = {false};
        attempt(() -> done[0] = hub.tryBroadcast(Message.text(text)));
        if (done[0]) {
            connections.forEach(each -> each.expected.add(text));
        }
    }

    private void sendTo(BroadcastHub hub, String text, Connection... receivers) {
        List<Connection> to = List.of(receivers);
        boolean[] done = {false};
        attempt(() -> done[0] = hub.tryBroadcast(Message.text(text), BroadcastOptions.to(peer -> to.stream()
                .anyMatch(each -> each.isIn() && each.registration.peer() == peer))));
        if (done[0]) {
            to.forEach(each -> each.expected.add(text));
        }
    }

    /** As an adapter does it: one that cannot read from a connection ends it. */
    private void speak(Connection from, String text) {
        if (!from.isHere() || from.isToLeave || from.parked > from.resumed) {
            return;
        }
        try {
            boolean more = from.registration.received(Message.text(text));
            from.parked += more ? 0 : 1;
            connections.forEach(each -> each.expected.add(text));
        } catch (OutOfMemoryError noMemory) {
            from.leave();
        }
    }

    // The proof.

    private void proveAlive(BroadcastHub hub, Told told) {
        pass(1);
        for (Connection each : connections) {
            if (each.isToLeave) {
                await(each + " has gone", () -> !each.isHere());
            } else {
                check(each + " stays", each.isHere());
            }
        }
        List<Connection> here = new ArrayList<>(connections.stream().filter(Connection::isHere).toList());
        here.add(connect("newcomer", hub));
        boolean[] done = {false};
        await("there is room", () -> done[0] = done[0] || hub.tryBroadcast(Message.text("late")));
        for (Connection each : here) {
            await(each + " gets what is said", () -> each.texts.contains("late"));
            await(each + " has got everything", () -> each.registration.peer().lag() == 0);
            check(each + " misses nothing of " + each.expected + ": " + each.texts,
                    each.name.equals("slow") || each.texts.containsAll(each.expected));
            check(each + " got nothing twice: " + each.texts,
                    each.texts.stream().distinct().count() == each.texts.size());
            int pings = each.pings;
            await(each + " is pinged", () -> each.pings > pings);
            check(each + " is read again", each.parked == each.resumed || each.isToLeave);
        }
        await("the others are not among the peers", () -> hub.peers().size() == here.size());
        await("all that came and went was told", () -> isTold(told));
        await("what was missed was told", () -> told.missed == hub.stats().missed());
        check("the registrations were counted", hub.stats().registrations()
                == connections.stream().filter(each -> !each.name.startsWith("of ")).count());
    }

    private boolean isTold(Told told) {
        return told.events.size() == connections.size() && connections.stream().allMatch(each ->
                (each.isHere() ? List.of("registered") : List.of("registered", "unregistered"))
                        .equals(told.events.get(each.registration.peer())));
    }

    private void proveAlive(Topics topics) {
        await("no topic is left", () -> topics.names().isEmpty() && topics.stats().hubs().isEmpty());
        Connection guest = connect("of x, late", topics.hub("x"));
        Connection stays = connect("of y, late", topics.hub("y"));
        for (Connection each : List.of(guest, stays)) {
            check("there is a topic for " + each, each.isHere());
            topics.hub(each == guest ? "x" : "y").broadcast("late");
            await(each + " gets what is said", () -> each.texts.contains("late"));
        }
        guest.leave();
        await("the topic goes", () -> topics.names().equals(Set.of("y")));
    }

    private void proveEnded(BroadcastHub hub, boolean begun, Topics topics, boolean topicsBegun, Told told) {
        if (!begun) {
            hub.shutdown(Duration.ofSeconds(5));
        }
        if (!topicsBegun) {
            topics.shutdown(Duration.ofSeconds(5));
        }
        await("all has ended", () -> connections.stream().noneMatch(Connection::isHere) && isTold(told));
        boolean[] ended = {false, false}; // asked for only now, so that it is not begun again
        hub.shutdown(Duration.ofSeconds(5)).thenRun(() -> ended[0] = true);
        topics.shutdown(Duration.ofSeconds(5)).thenRun(() -> ended[1] = true);
        await("the hub ends", () -> ended[0]);
        await("the topics end", () -> ended[1]);
        check("all that came and went was told: " + told.events, isTold(told));
        check("no one is left", connections.stream().noneMatch(Connection::isHere));
    }

    @Override
    void pass(int seconds) {
        surely("a task", tasks::runAll);
        for (int i = 0; i < seconds; i++) {
            surely("the timer", () -> time.pass(Duration.ofSeconds(1)));
            surely("a task", tasks::runAll);
        }
    }

    /** What must not throw, because its caller cannot make the call again. */
    private static void surely(String what, Runnable call) {
        try {
            call.run();
        } catch (OutOfMemoryError noMemory) {
            throw new AssertionError(what + " must not throw", noMemory);
        }
    }
}
