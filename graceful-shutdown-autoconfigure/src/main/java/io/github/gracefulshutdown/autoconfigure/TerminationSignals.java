package io.github.gracefulshutdown.autoconfigure;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of signals that end the JVM before it acts on them, which it does as before. The
 * JVM itself takes no notice of a second one.
 * <p>
 * A signal has one handler in all of the JVM, so what is registered here for it stays,
 * and listeners come and go. There is no API for signals but that of
 * {@code jdk.unsupported}, which is used by name: a JVM without it, or with {@code -Xrs},
 * tells of none.
 */
final class TerminationSignals {

	private static final Logger logger = LoggerFactory.getLogger(TerminationSignals.class);

	// What shells and JVMs add to the number of the signal that ended a process.
	private static final int SIGNALLED = 128;

	private static final Map<String, List<Runnable>> listeners = new ConcurrentHashMap<>();

	private TerminationSignals() {
	}

	/**
	 * Adds a listener, which runs on a thread of the JVM.
	 * @param signal the name of the signal, such as {@code INT}
	 */
	static void addListener(String signal, Runnable listener) {
		listeners.computeIfAbsent(signal, TerminationSignals::handle).add(listener);
	}

	static void removeListener(String signal, Runnable listener) {
		listeners.getOrDefault(signal, List.of()).remove(listener);
	}

	private static List<Runnable> handle(String name) {
		List<Runnable> told = new CopyOnWriteArrayList<>();
		try {
			Class<?> signalType = Class.forName("sun.misc.Signal");
			Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
			Method handle = handlerType.getMethod("handle", signalType);
			CompletableFuture<Object> before = new CompletableFuture<>();
			Object handler = Proxy.newProxyInstance(TerminationSignals.class.getClassLoader(),
					new Class<?>[] { handlerType }, (proxy, method, arguments) -> {
						if (!method.equals(handle)) { // of Object
							return method.invoke(told, arguments);
						}
						told.forEach(TerminationSignals::tell);
						pass(before.join(), handle, arguments[0]);
						return null;
					});
			Object signal = signalType.getConstructor(String.class).newInstance(name);
			before.complete(signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler));
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			logger.debug("Cannot be told of signal {}", name, ex);
		}
		return told;
	}

	private static void tell(Runnable listener) {
		try {
			listener.run();
		}
		catch (RuntimeException | Error ex) { // whatever it is, the signal counts
			logger.warn("A listener for a signal failed; the shutdown goes on", ex);
		}
	}

	private static void pass(Object before, Method handle, Object signal) throws ReflectiveOperationException {
		try {
			handle.invoke(before, signal);
		}
		catch (InvocationTargetException ex) { // a handler that is not Java's cannot be
												// called
			int number = (int) signal.getClass().getMethod("getNumber").invoke(signal);
			System.exit(SIGNALLED + number);
		}
	}

}
