import { PrismaPg } from '@prisma/adapter-pg'
import { postgresSchema, postgresStore } from 'truedy-webhooks/stores/postgres'
import { PrismaClient } from './generated/client.js'

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env['DATABASE_URL'] }) })
await prisma.$executeRawUnsafe(postgresSchema())

export const store = postgresStore((sql, params) => prisma.$queryRawUnsafe(sql, ...params))
