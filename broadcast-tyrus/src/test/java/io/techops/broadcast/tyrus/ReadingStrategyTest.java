package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On which threads peers are read. */
class ReadingStrategyTest {

    private static final String SELECTOR = "broadcast-selector";
    private static final String READER = "broadcast-reader";

    private final Queue<String> threads = new ConcurrentLinkedQueue<>();

    private MessagePolicy spy() {
        return (from, message) -> {
            threads.add(Thread.currentThread().getName());
            return MessagePolicy.Decision.relay(message);
        };
    }

    private void say(Wire wire, BroadcastHub.Builder hub, String... texts) throws Exception {
        try (BroadcastServer server = wire.start(hub); RawClient peer = wire.open(server)) {
            for (String text : texts) {
                peer.sendText(text);
                assertThat(peer.readText()).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPolicyThatMayBlockIsAskedOnAThreadThatNobodyElseNeeds(Wire wire) throws Exception {
        say(wire, BroadcastHub.builder().policy(spy()), "one", "two");
        assertThat(threads).hasSize(2).allSatisfy(name -> assertThat(name).startsWith(READER));
    }

    @ParameterizedTest
    @EnumSource
    void aPolicyThatDoesNotBlockIsAskedWhereTheSelectorIs(Wire wire) throws Exception {
        say(wire, BroadcastHub.builder().policy(MessagePolicy.textOnly().andThen(MessagePolicy.nonBlocking(spy()))),
                "one", "two");
        assertThat(threads).hasSize(2).allSatisfy(name -> assertThat(name).startsWith(SELECTOR));
    }

    @ParameterizedTest
    @EnumSource
    void aListenerThatMayBlockIsToldOnAThreadThatNobodyElseNeeds(Wire wire) throws Exception {
        say(wire, BroadcastHub.builder().listener(new HubListener() {
            @Override
            public void broadcast(Message message, long sequence, @Nullable Peer from) {
                threads.add(Thread.currentThread().getName());
            }
        }), "one", "two");
        assertThat(threads).hasSize(2).allSatisfy(name -> assertThat(name).startsWith(READER));
    }

    @ParameterizedTest
    @EnumSource
    void aListenerThatDoesNotBlockIsToldWhereTheSelectorIs(Wire wire) throws Exception {
        say(wire, BroadcastHub.builder().listener(new HubListener() {
            @Override
            public boolean mayBlock() {
                return false;
            }

            @Override
            public void broadcast(Message message, long sequence, @Nullable Peer from) {
                threads.add(Thread.currentThread().getName());
            }
        }), "one", "two");
        assertThat(threads).hasSize(2).allSatisfy(name -> assertThat(name).startsWith(SELECTOR));
    }
}
