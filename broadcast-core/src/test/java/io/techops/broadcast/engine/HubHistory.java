package io.techops.broadcast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Everything that happened, by the place it has in the order of all: twice the sequence, odd for private ones. */
final class HubHistory implements HubListener, MessageListener {

    /** A broadcast, or a message to some peers alone. */
    private record Entry(String text, @Nullable Peer from, @Nullable Set<Peer> to, Set<Peer> except) {
        boolean isFor(Peer peer, boolean butSender) {
            return to == null ? (!butSender || !peer.equals(from)) && !except.contains(peer) : to.contains(peer);
        }
    }

    private final TreeMap<Long, List<Entry>> places = new TreeMap<>();
    final Map<Peer, List<String>> lives = new HashMap<>();
    final Map<Peer, Long> missed = new HashMap<>();
    final Map<Position, String> positions = new HashMap<>();
    final Map<String, Set<Peer>> excluded = new HashMap<>();
    long broadcasts;

    @Override
    public void broadcast(@Nullable Peer from, Message message, Position position) {
        String text = ((Message.Text) message).text();
        assertThat(positions.put(position, text)).as("one position").isNull();
        long place = 2 * position.sequence() - 1;
        assertThat(places.put(place, List.of(new Entry(text, from, null, excluded.getOrDefault(text,
                Set.of()))))).as("one sequence").isNull();
        broadcasts++;
    }

    void sent(String text, long before, Set<Peer> to) {
        places.computeIfAbsent(2 * before, place -> new ArrayList<>()).add(new Entry(text, null, to, Set.of()));
    }

    List<String> of(Peer peer, long from, long until, boolean butSender) {
        return places.subMap(from, until).values().stream().flatMap(List::stream)
                .filter(entry -> entry.isFor(peer, butSender)).map(Entry::text).toList();
    }

    @Override
    public void registered(Peer peer) {
        assertThat(lives.put(peer, new ArrayList<>(List.of("registered")))).as("registered once").isNull();
    }

    @Override
    public void overflowed(Peer peer, long missedNow) {
        live(peer, "overflowed");
        assertThat(missedNow).as("what was missed").isPositive();
        missed.merge(peer, missedNow, Long::sum);
    }

    @Override
    public void failed(Peer peer, Throwable cause) {
        live(peer, "failed");
    }

    @Override
    public void unregistered(Peer peer, CloseReason reason) {
        live(peer, "unregistered " + reason);
    }

    private void live(Peer peer, String event) {
        List<String> life = lives.get(peer);
        assertThat(life).as("registered first").isNotNull();
        assertThat(life.get(life.size() - 1)).as("unregistered last").doesNotStartWith("unregistered");
        life.add(event);
    }
}
