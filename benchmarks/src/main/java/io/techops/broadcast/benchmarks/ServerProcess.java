package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One server under test: a process, or one for each node, with the Redis server that these share. */
final class ServerProcess implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofSeconds(15);

    private final Contender contender;
    private final Scenario scenario;
    private final @Nullable RedisServer redis;
    private final List<Child> nodes = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private long residentBefore = Sample.UNKNOWN;

    /** Starts the processes, which takes a while: {@link #awaitPorts} waits for them. */
    ServerProcess(Contender contender, Scenario scenario, Workshop workshop) throws IOException, InterruptedException {
        this.contender = contender;
        this.scenario = scenario;
        Setup setup = scenario.setup();
        String name = scenario.id() + "-" + contender.id();
        redis = setup.isOnRedis() ? new RedisServer(workshop.log(name + "-redis")) : null;
        try {
            for (int i = 1; i <= setup.nodes(); i++) {
                nodes.add(new Child(workshop.server(contender, setup, redis),
                        workshop.log(setup.nodes() == 1 ? name : name + "-" + i)));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    void awaitPorts() throws IOException, InterruptedException {
        for (Child node : nodes) {
            ports.add(Integer.parseInt(node.await(ServeCommand.LISTENING, START)));
        }
    }

    /** Leaves it no more processors than it is to have while it is measured. */
    void confine() throws IOException {
        for (Child node : nodes) {
            Processors.confine(node.pid(), scenario.setup().processors());
        }
    }

    /** {@return whether it is the server with which {@code other} measures {@code who}} */
    boolean serves(Scenario other, Contender who) {
        return contender.equals(who) && scenario.setup().equals(other.setup()) && other.suits(who);
    }

    /** {@return the scenario that it was started for: the first with its setup} */
    Scenario scenario() {
        return scenario;
    }

    Contender contender() {
        return contender;
    }

    private Target target() {
        return new Target(nodes.stream().map(Child::pid).toList(), List.copyOf(ports), redis == null ? 0 : redis.pid(),
                scenario.setup().tls());
    }

    /** {@return what the load generator is asked for: its peers speak what this server understands} */
    LoadSpec load(Traffic traffic, Duration warmUp, Duration window, boolean pause, Duration limit) {
        Traffic spoken = contender.id().equals(Contender.SOCKET_IO) ? traffic.in(Dialect.SOCKET_IO) : traffic;
        return new LoadSpec(target(), spoken, warmUp, window, pause, limit);
    }

    /** {@return the heap in use after a collection, or {@link Sample#UNKNOWN} of a server that has none} */
    long liveHeap() throws IOException, InterruptedException {
        return ask(ServeCommand.HEAP);
    }

    /** {@return how much it has allocated on the heap so far, or {@link Sample#UNKNOWN} of a server that has none} */
    long allocated() throws IOException, InterruptedException {
        return ask(ServeCommand.ALLOCATED);
    }

    private long ask(String question) throws IOException, InterruptedException {
        if (!contender.isJava()) {
            return Sample.UNKNOWN;
        }
        long sum = 0;
        for (Child node : nodes) {
            node.say(question);
            sum += Long.parseLong(node.await(question + " ", ANSWER));
        }
        return sum;
    }

    long resident() throws IOException {
        long sum = 0;
        for (Child node : nodes) {
            sum += ProcessFigures.residentBytes(node.pid());
        }
        return sum;
    }

    /** {@return resident memory when this was first asked: before there were many peers} */
    long residentBefore() throws IOException {
        if (residentBefore == Sample.UNKNOWN) {
            residentBefore = resident();
        }
        return residentBefore;
    }

    @Override
    public void close() {
        nodes.forEach(Child::close);
        if (redis != null) {
            redis.close();
        }
    }
}
