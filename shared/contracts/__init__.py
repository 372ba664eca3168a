"""What travels over Kafka: every topic, every message type, its schema, its examples.

One module per topic holds marshmallow classes, the single definition. From them come the compiled JSON Schemas that
check messages, the OpenAPI parts that HTTP doors share with the topics, and the AsyncAPI document. Look types and
topics up through `shared.contracts.registry`.
"""
