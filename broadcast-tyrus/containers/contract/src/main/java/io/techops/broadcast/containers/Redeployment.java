package io.techops.broadcast.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An application with the library in it is deployed and undeployed again and again: nothing of it may stay. */
public abstract class Redeployment {

    private static final int TIMES = 10;

    @TempDir
    private Path folder;

    /** A container that runs all the time. */
    protected interface Host {

        /**
         * Deploys an application at {@code /war}, calls {@link #start} with its class loader, and what that returns
         * before it undeploys it.
         *
         * @param classes a folder of classes, as WEB-INF/classes
         * @return where to connect
         */
        URI deploy(Path folder, Path classes, boolean virtual) throws Exception;

        /** {@return the class loader of the application, which is undeployed} */
        ClassLoader undeploy() throws Exception;

        /** Ends the container. */
        void stop() throws Exception;
    }

    /** {@return a container that runs} */
    protected abstract Host start() throws Exception;

    /** Starts the application in its class loader. {@return ends it} */
    @SuppressWarnings("unchecked")
    public static Runnable start(ClassLoader loader, ServerContainer container, boolean virtual) {
        try {
            var application = (BiFunction<ServerContainer, Boolean, Runnable>)
                    loader.loadClass(WarApplication.class.getName()).getConstructor().newInstance();
            assertThat(application.getClass().getClassLoader()).isSameAs(loader);
            return application.apply(container, virtual);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Copies the classes of the library, of the application and of what they log with. */
    private Path explode() throws IOException {
        Path classes = folder.resolve("WEB-INF").resolve("classes");
        for (Class<?> of : List.of(BroadcastHub.class, BroadcastEndpoint.class, WarApplication.class, Logger.class,
                LoggerFactory.getILoggerFactory().getClass())) {
            Path from = Path.of(URI.create(of.getProtectionDomain().getCodeSource().getLocation().toString()));
            if (Files.isDirectory(from)) {
                copy(from, classes);
            } else {
                try (var jar = FileSystems.newFileSystem(from)) {
                    copy(jar.getPath("/"), classes);
                }
            }
        }
        return classes;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                Path target = to.resolve(from.relativize(file).toString());
                try {
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void leavesNothing(int peers) throws Exception {
        leavesNothing(peers, false);
    }

    @Test
    void onVirtualThreadsLeavesNothing() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
        leavesNothing(3, true);
    }

    private void leavesNothing(int peers, boolean virtual) throws Exception {
        Path classes = explode();
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        Host host = start();
        try (LogCatch log = new LogCatch()) {
            for (int i = 0; i < TIMES; i++) {
                loaders.add(once(host, classes, peers, virtual));
            }
            await().pollInterval(Duration.ofMillis(100)).untilAsserted(() -> {
                System.gc();
                assertThat(loaders).as("class loaders that are still there").allMatch(loader -> loader.get() == null);
            });
            assertThat(log.warnings()).noneMatch(line -> line.contains("broadcast"));
        } finally {
            host.stop();
        }
    }

    private WeakReference<ClassLoader> once(Host host, Path classes, int count, boolean virtual) throws Exception {
        URI uri = host.deploy(folder, classes, virtual);
        List<RawClient> peers = new ArrayList<>();
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RawClient peer = RawClient.connect(uri.getPort(), 0);
            peer.shakeHands(uri.getPath());
            peer.sendText("hello");
            assertThat(peer.nextText()).isIn("hello", "deployed");
            peers.add(peer);
            Thread reader = new Thread(() -> answerClose(peer));
            readers.add(reader);
            reader.start();
        }
        ClassLoader loader = host.undeploy();
        // As in EndContract: what a busy machine leaves of a thread is soon gone.
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .as("threads of the application that is undeployed")
                .noneMatch(thread -> thread.getClass().getClassLoader() == loader));
        for (Thread reader : readers) {
            reader.join();
        }
        for (RawClient peer : peers) {
            peer.close();
        }
        return new WeakReference<>(loader);
    }

    private static void answerClose(RawClient peer) {
        try {
            peer.sendClose(peer.readClose().code());
        } catch (IOException e) {
            // The container has cut it.
        }
    }
}
