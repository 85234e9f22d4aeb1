package io.techops.broadcast.tyrus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.util.Collections;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Reads the key of a server, for {@link BroadcastServer.Builder#tls}.
 *
 * <pre>{@code
 * BroadcastServer.builder().tls(ServerKeys.read(Path.of("keys.p12"), password)).start();
 * }</pre>
 */
public final class ServerKeys {

    private ServerKeys() {
    }

    /**
     * {@return a context that serves with the key in a file} The file is read once, by this call.
     *
     * @param keyStore a PKCS #12 or JKS file with a private key and its certificate, as {@code keytool} makes it
     * @param password of the key store, and of its key
     * @throws IllegalArgumentException if the file cannot be read, is no key store or has no key, or if the password is
     *     wrong: the message says which
     */
    public static SSLContext read(Path keyStore, char[] password) {
        if (!Files.isRegularFile(keyStore) || !Files.isReadable(keyStore)) {
            throw new IllegalArgumentException(
                    "keyStore must be a file that can be read: " + keyStore.toAbsolutePath());
        }
        try {
            KeyStore keys = load(keyStore, password);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keys, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            return context;
        } catch (UnrecoverableKeyException e) {
            throw new IllegalArgumentException("password must be that of the key in keyStore, too: " + keyStore, e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("keyStore must hold a key that can be used: " + keyStore, e);
        }
    }

    private static KeyStore load(Path file, char[] password) throws GeneralSecurityException {
        KeyStore keys;
        try {
            keys = KeyStore.getInstance(file.toFile(), password);
        } catch (IOException | GeneralSecurityException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw new IllegalArgumentException("password must be that of keyStore: " + file, e);
            }
            throw new IllegalArgumentException("keyStore must be a PKCS #12 or JKS file, and is neither: " + file, e);
        }
        for (String alias : Collections.list(keys.aliases())) {
            if (keys.isKeyEntry(alias)) {
                return keys;
            }
        }
        throw new IllegalArgumentException("keyStore must hold a private key, and holds only certificates: " + file);
    }
}
