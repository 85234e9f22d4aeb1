package io.techops.broadcast.examples;

import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.ServerKeys;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Step 6, encrypted: {@code wss} with the key of a PKCS #12 file, which is the first argument; its password is in the
 * environment, where no list of processes shows it.
 *
 * <pre>
 * keytool -genkeypair -alias live -keyalg EC -dname CN=localhost -ext san=dns:localhost \
 *         -storetype PKCS12 -keystore keys.p12 -storepass changeit
 * KEYS_PASSWORD=changeit \
 *         java -cp examples/target/broadcast-service.jar io.techops.broadcast.examples.Step06Tls keys.p12
 * </pre>
 */
public final class Step06Tls {

    private Step06Tls() {
    }

    /**
     * Starts the program.
     *
     * @param arguments the key store, and the port to listen on, 5000 if there is none
     * @throws NullPointerException if the password is missing
     * @throws IllegalArgumentException if the key store cannot be read, or the password is wrong
     */
    public static void main(String[] arguments) {
        String password = Objects.requireNonNull(System.getenv("KEYS_PASSWORD"), "KEYS_PASSWORD is not set");
        BroadcastServer server = BroadcastServer.builder()
                .port(arguments.length == 1 ? 5000 : Integer.parseInt(arguments[1]))
                .tls(ServerKeys.read(Path.of(arguments[0]), password.toCharArray()))
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        System.out.println("Listening on " + server.uri());
    }
}
