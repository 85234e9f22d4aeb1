package io.techops.broadcast.benchmarks;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A server's process. It says where it listens, and answers questions about its heap. */
@Command(name = "serve", description = "Runs one server until standard input ends. For the runner, and for profiling.")
final class ServeCommand implements Callable<Integer> {

    /** What the first line begins with; the port follows. */
    static final String LISTENING = "listening ";
    /** A question, and what the answer begins with: how much of the heap is in use after a collection. */
    static final String HEAP = "heap";
    /** Another one: how much all threads that are alive have allocated on the heap. */
    static final String ALLOCATED = "allocated";

    private static final Map<String, Function<String, RelayServer>> SERVERS = new TreeMap<>(Map.ofEntries(
            Map.entry("ours", redis -> new OursRelay(Setup.Front.PLAIN)),
            Map.entry("ours-policy", redis -> new OursRelay(Setup.Front.POLICY)),
            Map.entry("ours-pages", redis -> new OursRelay(Setup.Front.PAGES)),
            Map.entry("ours-deflate", redis -> new OursRelay(Setup.Front.DEFLATE)),
            Map.entry("ours-events", redis -> new OursRelay(Setup.Front.EVENTS)),
            Map.entry("ours-keys", redis -> new OursRelay(Setup.Front.KEYS)),
            Map.entry("ours-node", redis -> new OursNode(redis, false)),
            Map.entry("ours-topics", redis -> new OursNode(redis, true)),
            Map.entry("nio", redis -> new NioRelay(false)),
            Map.entry("nio-coalescing", redis -> new NioRelay(true)),
            Map.entry("tyrus", redis -> new TyrusRelay(TyrusRelay.Loop.class)),
            Map.entry("tyrus-broadcast", redis -> new TyrusRelay(TyrusRelay.Broadcast.class)),
            Map.entry("jetty", redis -> new JettyRelay()),
            Map.entry("jetty-deflate", redis -> new JettyRelay()),
            Map.entry("undertow", redis -> new UndertowRelay(false)),
            Map.entry("undertow-deflate", redis -> new UndertowRelay(true)),
            Map.entry("netty", redis -> new NettyRelay(false, false)),
            Map.entry("netty-deflate", redis -> new NettyRelay(false, true)),
            Map.entry("netty-epoll", redis -> new NettyRelay(true, false)),
            Map.entry("vertx", redis -> new VertxRelay()),
            Map.entry("java-websocket", redis -> new JavaWebSocketRelay())));

    @Parameters(paramLabel = "SERVER", description = "which one: ${COMPLETION-CANDIDATES}",
            completionCandidates = Names.class)
    String server = "";

    @Option(names = "--key-store", description = "speak TLS, with this key")
    @Nullable Path keyStore;

    @Option(names = "--redis", paramLabel = "URI", defaultValue = "redis://127.0.0.1",
            description = "what ours-node and ours-topics share with other nodes: ${DEFAULT-VALUE}")
    String redis = "";

    @Spec
    @Nullable CommandSpec spec;

    /** The names, for the usage message. */
    static final class Names extends java.util.ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Names() {
            super(SERVERS.keySet());
        }
    }

    @Override
    public Integer call() throws Exception {
        Function<String, RelayServer> chosen = SERVERS.get(server);
        if (chosen == null && spec != null) {
            throw new ParameterException(spec.commandLine(),
                    "SERVER must be one of " + SERVERS.keySet() + ": " + server);
        }
        int port = chosen.apply(redis).start(keyStore == null ? null : new Tls(keyStore));
        ControlLine.follow(line -> {
            switch (line) {
                case HEAP -> System.out.println(HEAP + " " + usedHeap());
                case ALLOCATED -> System.out.println(ALLOCATED + " " + allocated());
                default -> throw new IllegalArgumentException("no such question: " + line);
            }
        });
        System.out.println(LISTENING + port);
        Thread.currentThread().join();
        return 0;
    }

    private static long allocated() {
        com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return LongStream.of(threads.getThreadAllocatedBytes(threads.getAllThreadIds())).filter(bytes -> bytes > 0)
                .sum();
    }

    private static long usedHeap() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
